"""What may be stored as a picture. The bytes decide, never the file's name or the browser's word.

Pure functions over Pillow.
"""

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2400  # wide enough for a full-width picture on a dense screen

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}


class UnusablePicture(ValueError):
    """The bytes are not a picture that the site accepts; `str()` gives the reason in the user's language."""


@dataclass(frozen=True)
class PictureInfo:
    """Format as Pillow names it, and the size in pixels as a browser shows it (rotation applied)."""

    format: str
    width: int
    height: int

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.format]


def inspect(content: bytes) -> PictureInfo:
    """Check that the bytes are a whole JPEG, PNG, WebP, GIF or AVIF of acceptable size.

    Raises UnusablePicture. Decodes nothing but what the format's own check needs.
    """
    if len(content) > MAX_BYTES:
        raise UnusablePicture(
            _("The picture is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024 // 1024}
        )
    picture = _opened(content)
    width, height = picture.size
    if picture.getexif().get(0x0112, 1) in {5, 6, 7, 8}:  # EXIF 2.3 orientation: a quarter turn
        width, height = height, width
    info = PictureInfo(picture.format, width, height)
    try:
        picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnusablePicture(_("The picture is damaged.")) from error
    return info


def prepare(content: bytes) -> tuple[bytes, PictureInfo]:
    """The picture as the site keeps it: upright, without metadata (place, camera), at a useful size.

    An animation stays as it is when it carries no metadata worth removing. Raises UnusablePicture.
    """
    info = inspect(content)
    picture = _opened(content)
    if getattr(picture, "is_animated", False):
        return content, info
    try:
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        output = io.BytesIO()
        options = {"icc_profile": picture.info.get("icc_profile"), "exif": b""}
        if info.format == "JPEG":
            if upright.mode not in {"RGB", "L"}:
                upright, options["icc_profile"] = upright.convert("RGB"), None
            options |= {"quality": 88, "optimize": True, "progressive": True}
        elif info.format in {"WEBP", "AVIF"}:
            options |= {"quality": 85}
        elif info.format == "PNG":
            options |= {"optimize": True}
        elif info.format == "GIF":
            options = {}
        for key in ("comment", "xmp", "XML:com.adobe.xmp", "exif"):
            upright.info.pop(key, None)
        upright.save(output, info.format, **options)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnusablePicture(_("The picture is damaged.")) from error
    return output.getvalue(), PictureInfo(info.format, *upright.size)


def _opened(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(content), formats=list(EXTENSIONS))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise UnusablePicture(_TOO_MANY_PIXELS) from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise UnusablePicture(_("This is not a JPEG, PNG, WebP, GIF or AVIF picture.")) from error
    if picture.width * picture.height * getattr(picture, "n_frames", 1) > MAX_PIXELS * 4:
        raise UnusablePicture(_TOO_MANY_PIXELS)
    if picture.width * picture.height > MAX_PIXELS:
        raise UnusablePicture(_TOO_MANY_PIXELS)
    return picture


_TOO_MANY_PIXELS = _("The picture has too many pixels (the limit is 40 million).")
