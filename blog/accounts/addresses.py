"""Where a request comes from, as far as it can be known."""

import ipaddress
import logging

from django.conf import settings
from django.http import HttpRequest

log = logging.getLogger(__name__)


IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: HttpRequest) -> str | None:
    """The address to count failures against: a whole /64 for IPv6, of which a customer has all."""
    address = client_ip(request)
    if address and address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return address and str(address)


def client_ip(request: HttpRequest) -> IPAddress | None:
    """The visitor's address; None if what should be one is none.

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
    try:
        parsed = ipaddress.ip_address(address.strip("[]").split("%")[0])
    except ValueError:
        return None
    return (parsed.version == 6 and parsed.ipv4_mapped) or parsed


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return not address  # a UNIX socket
