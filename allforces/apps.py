from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class NewsroomAdminConfig(AdminConfig):
    default_site = "allforces.admin.NewsroomSite"

    def ready(self):
        super().ready()
        from django_otp.plugins.otp_static.models import StaticDevice
        from django_otp.plugins.otp_totp.models import TOTPDevice
        from taggit.models import Tag as UnusedTag

        admin.site.unregister(UnusedTag)  # taggit registers its own table; the newsroom's tags are blog.Tag
        admin.site.unregister([TOTPDevice, StaticDevice])  # their pages show the secrets
