"""`manage.py run_outbox`: do what waits in the outbox, until told to stop."""

import signal
import threading

from django.core.management import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.addresses import tokyo_date
from blog.feeds.counting import forget_old
from blog.models import Purge
from blog.outbox.work import Worker, forget_done
from blog.tally import keeping
from blog.tasks import HANDLERS

SECONDS_BETWEEN_LOOKS = 1
LOOKS_BETWEEN_CLEANINGS = 3600


class Command(BaseCommand):
    help = "Work off the outbox. Any number may run at once; SIGTERM and SIGINT stop after the task in hand."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *, once: bool, **options):
        worker = Worker(HANDLERS)
        if once:
            done = 0
            while worker.work_one():
                done += 1
            self.stdout.write(_("Tasks worked on: %(count)d.") % {"count": done})
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        looks = 0
        while not stop.is_set():
            if not self.look(worker, cleaning=looks % LOOKS_BETWEEN_CLEANINGS == 0):
                stop.wait(SECONDS_BETWEEN_LOOKS)
            looks += 1

    def look(self, worker: Worker, *, cleaning: bool) -> bool:
        """Whether there was something to do. A database that is away is waited for."""
        try:
            if cleaning:
                forget_done(timezone.now())
                forget_old(tokyo_date(timezone.now()))
                Purge.objects.forgettable().delete()
                keeping.forget_empty()
            return worker.work_one()
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(_("The database is away: %(error)s") % {"error": error})
            return False
        finally:
            close_old_connections()
