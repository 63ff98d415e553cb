"""What a first look needs and a second run leaves alone: demo articles and a staff account."""

import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command

from blog.models import Post


class Command(BaseCommand):
    help = "Load the demo articles into an empty database and create the first staff account."

    def handle(self, **options):
        if not Post.objects.exists():
            call_command("import_posts", settings.BASE_DIR / "blog" / "demo", stdout=self.stdout)
        users = get_user_model().objects
        if not users.exists():
            password = secrets.token_urlsafe(12)
            users.create_superuser("desk", password=password)
            self.stdout.write(f"Staff account: desk   Password (shown only now): {password}")
