"""Addresses: the admin's and the figures' here, all others in blog/urls.py."""

from django.contrib import admin
from django.urls import include, path

from blog.telemetry.views import metrics

urlpatterns = [
    path("admin/", admin.site.urls),
    path("metrics", metrics, name="metrics"),
    path("", include("blog.urls")),
]

handler404 = "blog.views.not_found"
handler500 = "blog.views.server_error"
