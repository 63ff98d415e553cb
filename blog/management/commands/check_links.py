from django.core.management import BaseCommand
from django.utils.translation import gettext as _

from blog.overview.links import check_all


class Command(BaseCommand):
    help = "Look for dead links between the public articles; the desk shows what was found. Run it daily."

    def handle(self, **options):
        read, dead = check_all()
        self.stdout.write(_("%(read)d posts read, %(dead)d dead links.") % {"read": read, "dead": dead})
