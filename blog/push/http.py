"""Telling another server something."""

import datetime
import urllib.error
import urllib.request

from django.conf import settings

from blog.outbox.work import HopelessError, LaterError

SECONDS = 10
_PASSING = {302, 303, 307, 408, 425, 429}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET, to whom our token is no business; and it would count as done."""

    def redirect_request(self, *_arguments):
        """None: the answer is an error like any other that is not 2xx."""


_opener = urllib.request.build_opener(_NoRedirects)


def post(
    url: str, body: bytes, content_type: str, headers: dict | None = None, *, method: str | None = None
) -> bytes:
    """POST, or GET when there is no body, unless `method` says otherwise; the beginning of the answer.

    Raises LaterError when it may work another time, else HopelessError. A redirect is not followed.
    """
    headers = {"User-Agent": f"ALLFORCES (+{settings.SITE_URL})", **(headers or {})}
    if body:
        headers["Content-Type"] = content_type
    request = urllib.request.Request(url, body or None, headers, method=method)  # noqa: S310  settings say where
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            return answer.read(1024)
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(300).decode(errors="replace").strip()
        message = f"{url}: {error.code} {said}"
        if error.code in range(300, 400):
            message = (
                f"{url}: {error.code}, it is now at {error.headers.get('Location')}; the settings say where"
            )
        if error.code >= 500 or error.code in _PASSING:
            raise LaterError(message, _retry_after(error.headers)) from error
        raise HopelessError(message) from error
    except OSError as error:  # refused, reset, timed out, no such host
        raise LaterError(f"{url}: {error}") from error


def _retry_after(headers) -> datetime.timedelta | None:
    seconds = headers.get("Retry-After", "")
    return datetime.timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() else None
