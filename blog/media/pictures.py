"""What may be stored as a picture. The bytes decide, never the file's name or the browser's word.

Pure functions over Pillow.
"""

import contextlib
import hashlib
import io
import struct
import zlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_ANIMATION_PIXELS = 100_000_000  # of all frames together: Pillow's encoders hold them in memory
MAX_SIDE = 2400  # wide enough for a full-width picture on a dense screen
THUMBNAIL_SIDE = 320
# A row's picture on a dense phone, a phone, a dense phone or a column, a column on a dense screen.
RENDITION_WIDTHS = (320, 640, 960, 1440)
TALLEST = 8  # times as high as wide: what is taller is no picture for a column of text
WORTH_IT = 1.25  # times the file: what the widest may weigh, for the sake of those that phones get

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}

_ORIENTATION = 0x0112  # EXIF 2.3, 4.6.4; from 5 on it holds a quarter turn
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # ISO/IEC 23008-12
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8")

# Pillow's decoders let through whatever their parsers stumble over.
_DECODER_ERRORS = (ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError)
_DECODER_ERRORS += (TypeError, ValueError, struct.error, zlib.error)


def digest(content: bytes) -> str:
    """By which the same bytes are known again, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class UnusablePicture(ValueError):  # noqa: N818
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

    Raises UnusablePicture. Costs one decoding (of the first frame, if there are several).
    """
    picture = _opened(content)
    with _damage_refused():
        picture.load()  # Pillow's verify() looks at nothing but a PNG's checksums
        width, height = picture.size
        if picture.getexif().get(_ORIENTATION, 1) >= 5:
            width, height = height, width
    return PictureInfo(_format(picture), width, height)


def prepare(content: bytes) -> tuple[bytes, PictureInfo]:
    """The picture as the site keeps it: upright, without metadata (place, camera), at a useful size.

    It is encoded anew, so that nothing hidden in or behind the picture survives. An animation stays
    one. Raises UnusablePicture.
    """
    picture = _opened(content)
    with _damage_refused():
        if _is_animated(picture):
            return _animation(picture)
        return _still(picture, lossless=b"VP8L" in content)


def thumbnail(content: bytes) -> bytes:
    """A small WebP of a picture (of its first frame) for lists. Raises UnusablePicture."""
    picture = _opened(content)
    with _damage_refused():
        picture.draft("RGB", (THUMBNAIL_SIDE * 2, THUMBNAIL_SIDE * 2))  # a JPEG is decoded at that size
        image = _in_plain_mode(ImageOps.exif_transpose(picture), picture.info.get("icc_profile"))[0]
        image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BILINEAR)
        image.info = {}
        output = io.BytesIO()
        image.save(output, "WEBP", quality=80, method=2)
    return output.getvalue()


def renditions(content: bytes) -> dict[int, bytes]:
    """AVIFs of a still picture by their widths in pixels, up to its own.

    A width that weighs more than a wider one is left out. None for an animation, for a picture that is small
    already, and where the widest would weigh much more than the file. Raises UnusablePicture.
    """
    picture = _opened(content)
    made: dict[int, bytes] = {}
    with _damage_refused():
        if _is_animated(picture):
            return made
        widest = RENDITION_WIDTHS[-1]
        picture.draft(None, (widest, widest))  # a JPEG is decoded at about that size
        image, profile = ImageOps.exif_transpose(picture), picture.info.get("icc_profile")
        image, profile = _in_plain_mode(image, profile)
        if not RENDITION_WIDTHS[0] < image.width or image.height > image.width * TALLEST:
            return made
        image.info = {}
        image.thumbnail((widest, image.height), Image.Resampling.LANCZOS)
        # Lines and letters lose their colours where these are stored at half the size.
        subsampling = "4:2:0" if _format(picture) == "JPEG" else "4:4:4"
        if profile and profile[16:20] != b"RGB ":  # ICC.1, 7.2.8: no browser takes another one in an AVIF
            profile = None
        limit = len(content) * WORTH_IT
        for width in sorted({min(width, image.width) for width in RENDITION_WIDTHS}, reverse=True):
            size = width, max(1, round(image.height * width / image.width))
            output = io.BytesIO()
            smaller = image.resize(size, Image.Resampling.LANCZOS)
            smaller.save(output, "AVIF", icc_profile=profile, quality=60, speed=6, subsampling=subsampling)
            if output.tell() < limit:
                made[width], limit = output.getvalue(), output.tell()
            elif not made:
                break
    return made


def _opened(content: bytes) -> Image.Image:
    if len(content) > MAX_BYTES:
        raise UnusablePicture(_("The picture is larger than %(limit)d MB.") % {"limit": MAX_BYTES >> 20})
    try:
        picture = Image.open(io.BytesIO(content), formats=list(EXTENSIONS))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UnusablePicture(_TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, *_DECODER_ERRORS) as error:
        raise UnusablePicture(_reason_for_refusal(content)) from error
    # Before anything is decoded: a few kilobytes can announce gigabytes of pixels.
    if picture.width * picture.height > MAX_PIXELS:
        raise UnusablePicture(_TOO_MANY_PIXELS)
    with _damage_refused():
        frames = picture.n_frames if _is_animated(picture) else 1
    if frames > 1 and picture.width * picture.height * frames > MAX_ANIMATION_PIXELS:
        raise UnusablePicture(_("The animation is too large: too many frames of this size."))
    return picture


def _reason_for_refusal(content: bytes):
    if content.startswith(_SIGNATURES) or content[8:12] in {b"WEBP", b"avif", b"avis"}:
        return _DAMAGED
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return _("This is a HEIC picture, which browsers cannot show. Save it as JPEG and upload that.")
    if b"<svg" in content[:4096].lower():
        return _("This is an SVG, which may hold scripts. Save it as PNG and upload that.")
    return _("This is not a JPEG, PNG, WebP, GIF or AVIF picture.")


@contextlib.contextmanager
def _damage_refused():
    try:
        yield
    except UnusablePicture:
        raise
    except (Image.DecompressionBombError, *_DECODER_ERRORS) as error:
        raise UnusablePicture(_DAMAGED) from error


def _format(picture: Image.Image) -> str:
    """A phone's MPO is a JPEG with more pictures behind it."""
    return "JPEG" if picture.format == "MPO" else picture.format


def _is_animated(picture: Image.Image) -> bool:
    return picture.format != "MPO" and getattr(picture, "is_animated", False)


def _still(picture: Image.Image, lossless: bool) -> tuple[bytes, PictureInfo]:
    format = _format(picture)
    image, profile = ImageOps.exif_transpose(picture), picture.info.get("icc_profile")
    if format == "JPEG" or max(image.size) > MAX_SIDE or image.mode not in {"P", "1", "L", "LA"}:
        image, profile = _in_plain_mode(image, profile)
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    options = {
        "JPEG": {"quality": 88, "optimize": True, "progressive": True},
        "WEBP": {"lossless": True} if lossless else {"quality": 85},
        "AVIF": {"quality": 80, "speed": 8},
    }.get(format, {})
    output = io.BytesIO()
    image.save(output, format, icc_profile=profile, **options)
    return output.getvalue(), PictureInfo(format, *image.size)


def _animation(picture: Image.Image) -> tuple[bytes, PictureInfo]:
    if max(picture.size) > MAX_SIDE:
        raise UnusablePicture(
            _("An animation may be at most %(side)d pixels wide and high.") % {"side": MAX_SIDE}
        )
    options = {"duration": [], "icc_profile": picture.info.get("icc_profile")}
    if "loop" in picture.info:
        options["loop"] = picture.info["loop"]
    for frame in range(picture.n_frames):
        picture.seek(frame)
        picture.load()
        options["duration"].append(picture.info.get("duration", 0))
    picture.seek(0)
    if picture.format == "GIF":
        options |= {"comment": b"", "disposal": 2}  # Pillow hands out whole frames, with their holes
    elif picture.format == "PNG":
        options |= {"disposal": 0, "blend": 0}
    output = io.BytesIO()
    picture.save(output, picture.format, save_all=True, exif=b"", xmp=b"", **options)
    return output.getvalue(), PictureInfo(picture.format, *picture.size)


def _in_plain_mode(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bytes | None]:
    """The image as L, LA, RGB or RGBA, which every format can store and Pillow can resize well."""
    if image.mode in {"L", "LA", "RGB", "RGBA"}:
        if image.mode in {"L", "RGB"} and "transparency" in image.info:
            return image.convert("RGBA"), profile
        return image, profile
    if image.mode == "CMYK":
        return _from_print_colours(image, profile), None
    if image.mode.startswith("I"):  # 16 bits a pixel
        return image.point(lambda value: value / 256).convert("L"), None
    if image.mode == "1":
        return image.convert("L"), None
    transparent = image.mode == "PA" or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB"), profile


def _from_print_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError):  # a broken profile: go by the numbers
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return image.convert("RGB")


_DAMAGED = _("The picture is damaged.")
_TOO_MANY_PIXELS = _("The picture has too many pixels (the limit is 40 million).")
