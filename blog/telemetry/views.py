"""Where Prometheus reads the figures. For everybody else there is nothing at this address."""

import os

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from blog.accounts.addresses import client_ip
from blog.telemetry.backlog import Backlog
from blog.telemetry.cache import write_hits
from blog.telemetry.metrics import OF_THIS_PROCESS


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not (has_token(request) or is_from_inside(request)):
        raise Http404
    write_hits()
    answer = generate_latest(_of_all_processes()) + generate_latest(_of_the_outbox())
    return HttpResponse(answer, content_type=CONTENT_TYPE_LATEST)


def has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = settings.METRICS_TOKEN and scheme.lower() == "bearer"
    return bool(given) and constant_time_compare(token.strip(), settings.METRICS_TOKEN)


def is_from_inside(request: HttpRequest) -> bool:
    """Whether it comes from one of METRICS_NETWORKS.

    What a proxy forwards seems to come from the proxy's own address: it is refused if none is known of.
    """
    is_forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    if not settings.METRICS_NETWORKS or (is_forwarded and not settings.TRUSTED_PROXIES):
        return False
    address = client_ip(request)
    return address is not None and any(address in network for network in settings.METRICS_NETWORKS)


def _of_all_processes() -> CollectorRegistry:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return OF_THIS_PROCESS
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def _of_the_outbox() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Backlog())
    return registry
