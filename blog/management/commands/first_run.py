"""What a first look needs and a second run leaves alone: demo articles and a staff account."""

import datetime
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command
from django.utils import timezone

from blog.addresses import TOKYO
from blog.models import Author, Post


class Command(BaseCommand):
    help = "Load the demo articles into an empty database and create the first staff account."

    def handle(self, **options):
        demo = not Post.objects.exists()
        if demo:
            call_command("import_posts", settings.BASE_DIR / "blog" / "demo", stdout=self.stdout)
            plan_the_week()
        users = get_user_model().objects
        if not users.exists():
            password = secrets.token_urlsafe(12)
            user = users.create_superuser("desk", password=password)
            if demo:
                Author.objects.filter(name="技術取材班").update(user=user)  # has drafts there
            self.stdout.write(f"Staff account: desk   Password (shown only now): {password}")


def plan_the_week() -> None:
    """The desk and the calendar of a first visit have something to come."""
    morning = timezone.localtime(timezone=TOKYO).replace(hour=7, minute=0, second=0, microsecond=0)
    scheduled = Post.objects.get(slug="chip-lease")
    scheduled.status, scheduled.published_at = Post.Status.PUBLISHED, morning + datetime.timedelta(days=1)
    scheduled.save()
    draft = Post.objects.get(slug="quantum-and-ai")
    draft.published_at = morning + datetime.timedelta(days=4)
    draft.save()
