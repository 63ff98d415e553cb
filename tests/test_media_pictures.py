import io
import random

import pytest
from django.utils import translation
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from blog.media import pictures
from blog.media.pictures import MAX_SIDE, UnusablePicture, inspect, prepare, thumbnail

SECRET = "35.6586N-139.7454E"
XMP = f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF"]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def picture(size=(120, 80), mode="RGB") -> Image.Image:
    """Two halves, left red and right blue, so that a turned picture can be told from an upright one."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image.convert(mode)


def encoded(image: Image.Image, format: str, **options) -> bytes:
    output = io.BytesIO()
    image.save(output, format, **options)
    return output.getvalue()


def decoded(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def exif(orientation=1) -> Image.Exif:
    data = Image.Exif()
    data[0x010E] = SECRET  # ImageDescription
    data[0x0112] = orientation
    data.get_ifd(0x8825)[29] = SECRET  # GPSDateStamp
    return data


def png_text() -> PngImagePlugin.PngInfo:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET)
    text.add_itxt("XML:com.adobe.xmp", SECRET)
    return text


def frames(count=5) -> list[Image.Image]:
    images = []
    for number in range(count):
        image = Image.new("RGBA", (90, 60), (0, 0, 0, 0))
        ImageDraw.Draw(image).ellipse(
            (number * 10, 10, number * 10 + 30, 40), fill=(255, 40 * number, 0, 255)
        )
        images.append(image)
    return images


def animation(format: str, **options) -> bytes:
    first, *others = frames()
    options = {"save_all": True, "append_images": others, "duration": [100, 200, 300, 100, 100]} | options
    return encoded(first, format, **options)


def reason(content: bytes, function=prepare) -> str:
    with pytest.raises(UnusablePicture) as refusal:
        function(content)
    return str(refusal.value)


@pytest.mark.parametrize("format", FORMATS)
def test_every_accepted_format_is_kept_as_that_format(format):
    content, info = prepare(encoded(picture(), format))
    assert (info.format, info.width, info.height) == (format, 120, 80)
    assert decoded(content).format == format
    assert decoded(content).size == (120, 80)


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {"exif": exif(), "comment": SECRET, "xmp": XMP}),
        ("PNG", {"exif": exif(), "pnginfo": png_text()}),
        ("WEBP", {"exif": exif(), "xmp": XMP}),
        ("AVIF", {"exif": exif(), "xmp": XMP}),
        ("GIF", {"comment": SECRET}),
    ],
)
def test_a_picture_loses_its_metadata_and_whatever_hides_behind_it(format, options):
    original = encoded(picture(), format, **options) + b"<script>" + SECRET.encode()
    assert SECRET.encode() in original
    content, _ = prepare(original)
    assert SECRET.encode() not in content
    assert not decoded(content).getexif()


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("PNG", {"exif": exif(), "pnginfo": png_text(), "default_image": False}),
        ("WEBP", {"exif": exif(), "xmp": XMP}),
        ("AVIF", {"exif": exif(), "xmp": XMP}),
        ("GIF", {"comment": SECRET, "disposal": 2}),
    ],
)
def test_an_animation_loses_its_metadata_and_keeps_frames_and_timing(format, options):
    original = animation(format, **options) + SECRET.encode()
    content, info = prepare(original)
    assert SECRET.encode() not in content
    before, after = decoded(original), decoded(content)
    assert info.format == format
    assert after.n_frames == before.n_frames == 5
    for number in range(5):
        before.seek(number)
        after.seek(number)
        before.load()
        after.load()
        assert after.info["duration"] == before.info["duration"]
        old, new = before.convert("RGBA"), after.convert("RGBA")
        for x in range(0, 90, 4):  # nothing of the frame before shines through
            assert (new.getpixel((x, 25))[3] > 127) == (old.getpixel((x, 25))[3] > 127)
        red, green, _, alpha = new.getpixel((number * 10 + 15, 25))
        assert red > 200 and abs(green - 40 * number) < 40 and alpha == 255


def test_an_animated_gif_without_a_loop_still_plays_once():
    assert "loop" not in decoded(prepare(animation("GIF"))[0]).info
    assert decoded(prepare(animation("GIF", loop=0))[0]).info["loop"] == 0


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_taken_sideways_is_stored_upright(format):
    content, info = prepare(encoded(picture(), format, exif=exif(orientation=6)))
    assert (info.width, info.height) == decoded(content).size == (80, 120)
    red, _, blue = decoded(content).convert("RGB").getpixel((40, 10))
    assert red > 200 > blue


def test_the_size_that_is_told_is_the_size_that_browsers_show():
    assert inspect(encoded(picture(), "JPEG", exif=exif(orientation=8))).width == 80
    assert inspect(encoded(picture(), "JPEG", exif=exif(orientation=3))).width == 120
    assert inspect(encoded(picture(), "PNG", exif=exif(orientation=6))).width == 80


def test_a_picture_from_a_phone_that_holds_a_second_one_is_a_jpeg():
    content = encoded(picture(), "MPO", save_all=True, append_images=[picture()], exif=exif())
    assert decoded(content).format == "MPO"
    assert inspect(content).extension == "jpg"
    stored, info = prepare(content)
    assert info.format == decoded(stored).format == "JPEG"
    assert SECRET.encode() not in stored


@pytest.mark.parametrize(("size", "expected"), [((3000, 1500), (2400, 1200)), ((100, 4800), (50, 2400))])
def test_a_picture_wider_or_higher_than_useful_is_scaled_down(size, expected):
    content, info = prepare(encoded(picture(size), "PNG"))
    assert (info.width, info.height) == decoded(content).size == expected
    assert max(expected) == MAX_SIDE


def test_a_small_picture_is_not_blown_up():
    assert prepare(encoded(picture((3, 2)), "PNG"))[1].width == 3


def test_print_colours_become_screen_colours():
    content, _ = prepare(encoded(picture(mode="CMYK"), "JPEG"))
    assert decoded(content).mode == "RGB"
    red, green, blue = decoded(content).getpixel((20, 40))
    assert red > 200 and green < 60 and blue < 60


def test_a_broken_colour_profile_does_not_stop_a_picture():
    content, _ = prepare(encoded(picture(mode="CMYK"), "JPEG", icc_profile=b"no profile at all" * 20))
    assert decoded(content).mode == "RGB"


def test_a_colour_profile_for_screens_stays():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content, _ = prepare(encoded(picture(), "JPEG", icc_profile=profile))
    assert decoded(content).info["icc_profile"] == profile


@pytest.mark.parametrize("size", [(120, 80), (3000, 20)])
def test_a_palette_with_a_transparent_colour_stays_transparent(size):
    image = picture(size).quantize(4)
    content, _ = prepare(encoded(image, "PNG", transparency=image.getpixel((0, 0))))
    stored = decoded(content).convert("RGBA")
    assert stored.getpixel((0, 0))[3] == 0
    assert stored.getpixel((stored.width - 1, 0))[3] == 255


def test_sixteen_bits_of_grey_become_eight_of_the_same_grey():
    image = Image.new("I;16", (10, 10), 0xC000)
    content, _ = prepare(encoded(image, "PNG"))
    assert decoded(content).mode == "L"
    assert abs(decoded(content).getpixel((5, 5)) - 0xC0) <= 1


def test_a_lossless_webp_stays_lossless():
    image = picture()
    image.putpixel((60, 40), (1, 2, 3))
    content, _ = prepare(encoded(image, "WEBP", lossless=True))
    assert decoded(content).convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("function", [prepare, inspect, thumbnail])
def test_half_a_picture_is_refused_as_damaged(format, function):
    noise = Image.effect_noise((200, 150), 90).convert("RGB")
    whole = encoded(noise, format)
    function(whole)
    assert "damaged" in reason(whole[: len(whole) // 2], function)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not a JPEG"),
        (b"<html><script>alert(1)</script></html>", "not a JPEG"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"%PDF-1.7", "not a JPEG"),
        (encoded(picture(), "BMP"), "not a JPEG"),
        (encoded(picture(), "TIFF"), "not a JPEG"),
        (b"GIF89a<script>alert(1)</script>", "damaged"),
    ],
    ids=["nothing", "html", "svg", "heic", "pdf", "bmp", "tiff", "html-as-gif"],
)
def test_what_is_no_picture_for_the_web_is_refused_with_the_reason(content, expected):
    assert expected in reason(content)
    assert expected in reason(content, inspect)


def test_a_file_over_20_megabytes_is_refused_unread():
    assert "20 MB" in reason(encoded(picture(), "JPEG") + bytes(20 * 1024 * 1024))


@pytest.mark.parametrize("side", [6400, 12000, 30000])
def test_a_pixel_bomb_is_refused_before_it_is_decoded(side, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    bomb = encoded(Image.new("1", (side, side)), "PNG")
    assert len(bomb) < 200_000
    monkeypatch.undo()
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda self: pytest.fail("decoded"))
    assert "40 million" in reason(bomb)
    assert "40 million" in reason(bomb, inspect)


def test_an_animation_of_too_many_pixels_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_ANIMATION_PIXELS", 90 * 60 * 4)
    assert "too many frames" in reason(animation("GIF"))


def test_an_animation_is_not_scaled_but_refused_when_it_is_too_wide():
    first, second = picture((2401, 4)), picture((2401, 5)).resize((2401, 4)).rotate(180)
    assert "2400" in reason(encoded(first, "GIF", save_all=True, append_images=[second]))


@pytest.mark.parametrize("format", FORMATS)
def test_a_thumbnail_is_a_small_upright_webp(format):
    options = {"exif": exif(orientation=6)} if format == "JPEG" else {}
    small = decoded(thumbnail(encoded(picture((1600, 900)), format, **options)))
    assert small.format == "WEBP"
    assert small.size == ((180, 320) if options else (320, 180))


# Random damage, with the same seed every time: a decoder may refuse, it may not surprise.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("format", FORMATS)
def test_damaged_bytes_never_raise_anything_but_the_refusal(format):
    dice = random.Random(format)  # noqa: S311
    originals = [encoded(picture((40, 30)), format)] + ([animation(format)] if format != "JPEG" else [])
    for original in originals:
        for _ in range(60):
            content = bytearray(original)
            for _ in range(dice.randint(1, 12)):
                content[dice.randrange(len(content))] = dice.randrange(256)
            for function in (prepare, inspect, thumbnail):
                try:
                    function(bytes(content))
                except UnusablePicture:
                    continue
