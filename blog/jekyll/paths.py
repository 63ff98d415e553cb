"""Where an article says that its pictures are."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from blog.jekyll.documents import BadFileError


def picture_path(reference: str, origins: Iterable[str] = ()) -> str | None:
    """`/assets/images/x.png`, decoded and in NFC, from what an article calls its picture.

    `origins` are the site's own, as in `https://example.jp`. None for a picture on another site. Raises
    BadFileError for a path that leads out of the site's folder.
    """
    for origin in filter(None, origins):
        if reference.startswith(f"{origin}/"):
            reference = reference.removeprefix(origin)
    if re.match(r"(https?:)?//", reference, re.IGNORECASE):
        return None
    try:
        parts = urlsplit(reference)
        path = unquote(parts.path, errors="strict")
    except ValueError as error:
        raise BadFileError(None, _("This is no path of a file.")) from error
    if parts.scheme or parts.netloc or "\\" in path or "\0" in path or ".." in path.split("/"):
        raise BadFileError(None, _("The path leads out of the folder."))
    segments = unicodedata.normalize("NFC", path).split("/")
    return "/" + "/".join(segment for segment in segments if segment not in {"", "."})
