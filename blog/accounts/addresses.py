"""Where a request comes from, as far as it can be known."""

import ipaddress
import logging

from django.conf import settings
from django.http import HttpRequest

log = logging.getLogger(__name__)


def client_address(request: HttpRequest) -> str | None:
    """The address to count failures against: a whole /64 for IPv6, of which a customer has all.

    X-Forwarded-For is believed only as far as settings.TRUSTED_PROXIES says that proxies of ours have
    written it: what stands left of their entries is the visitor's own invention.
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if settings.TRUSTED_PROXIES:
        if len(forwarded) >= settings.TRUSTED_PROXIES and forwarded[0]:
            address = forwarded[-settings.TRUSTED_PROXIES]
    elif forwarded[0] and _is_loopback(address):
        log.warning("A proxy forwards requests, but TRUSTED_PROXIES is 0: all visitors share one address.")
    return _counted(address)


def _counted(address: str) -> str | None:
    try:
        parsed = ipaddress.ip_address(address.strip("[]").split("%")[0])
    except ValueError:
        return None
    if parsed.version == 6:
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return not address  # a UNIX socket
