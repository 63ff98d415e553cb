"""Pictures that are dropped or pasted into a text, in Chromium."""

import base64

import pytest
from playwright.sync_api import expect

from blog.models import Image
from tests.admin_pages import post_page
from tests.factories import make_post, make_staff, picture_bytes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]

TAKE = """(area, [way, files]) => {
    const data = new DataTransfer();
    for (const {name, type, bytes} of files) {
        data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, {type}));
    }
    const options = {bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data};
    const Kind = way === "drop" ? DragEvent : ClipboardEvent;
    area.dispatchEvent(new Kind(way, options));
}"""


@pytest.fixture
def desk(open_browser):
    page = open_browser(make_staff("chief", is_superuser=True))
    page.goto(post_page(make_post(body="前の段落。\n\n後の段落。")))
    expect(page.locator(".editor-bar")).to_be_visible()
    page.locator("#id_body").evaluate("a => { a.focus(); a.setSelectionRange(5, 5); }")
    return page


def file(name="図.png", content=None, type="image/png"):
    content = picture_bytes() if content is None else content
    return {"name": name, "type": type, "bytes": base64.b64encode(content).decode()}


def take(page, way, *files):
    page.locator("#id_body").evaluate(TAKE, [way, list(files)])


def value(page) -> str:
    return page.locator("#id_body").input_value()


def asked_for_alt(page):
    """The fields that ask beside the text; the cover's library has one of its own."""
    return page.locator(".editor-uploads").get_by_label("代替テキスト", exact=True)


def addresses():
    return [image.file.url for image in Image.objects.order_by("pk")]


def hold_uploads(page):
    """Uploads wait until the function that is returned lets them go on."""
    held = []
    released = []
    page.route("**/markdown/upload/", lambda route: route.continue_() if released else held.append(route))

    def release():
        released.append(True)
        for route in held:
            route.continue_()

    return release


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_several_pictures_are_uploaded_each_with_its_progress(desk, way):
    release = hold_uploads(desk)
    take(desk, way, file("一枚目.png"), file("二枚目.png"))
    expect(desk.get_by_role("progressbar")).to_have_count(2)
    expect(desk.locator(".editor-upload-percent").first).to_contain_text("%")
    expect(desk.locator(".editor-upload-percent").last).to_have_text("待機中")
    assert "〔アップロード中: 一枚目.png #1〕" in value(desk)
    release()
    expect(asked_for_alt(desk)).to_have_count(2)
    one, two = (f"![]({desk.evaluate('decodeURI', address)})" for address in addresses())
    assert value(desk) == f"前の段落。\n\n{one}\n\n{two}\n\n後の段落。"


def test_the_picture_takes_its_place_while_writing_goes_on_elsewhere(desk):
    release = hold_uploads(desk)
    take(desk, "paste", file())
    expect(desk.get_by_role("progressbar")).to_be_visible()
    desk.locator("#id_body").evaluate("a => a.setSelectionRange(0, 0)")
    desk.keyboard.type("書き足し。")
    release()
    expect(asked_for_alt(desk)).to_be_visible()
    desk.keyboard.type("さらに。")
    assert value(desk).startswith("書き足し。さらに。前の段落。\n\n![](/media/images/")
    assert value(desk).endswith(".png)\n\n後の段落。")


def test_a_picture_waits_for_the_input_method(desk):
    release = hold_uploads(desk)
    take(desk, "paste", file())
    expect(desk.get_by_role("progressbar")).to_be_visible()
    desk.locator("#id_body").evaluate("a => a.setSelectionRange(0, 0)")
    method = desk.context.new_cdp_session(desk)
    method.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    with desk.expect_response("**/markdown/upload/"):
        release()
    desk.wait_for_timeout(100)
    assert value(desk).startswith("にほん前の段落。\n\n〔アップロード中")
    method.send("Input.insertText", {"text": "日本"})
    expect(asked_for_alt(desk)).to_be_visible()
    assert value(desk).startswith("日本前の段落。\n\n![](/media/images/")


def test_the_alternative_text_is_asked_for_and_written_into_the_text(desk):
    take(desk, "paste", file())
    alt = asked_for_alt(desk)
    expect(desk.get_by_role("button", name="代替テキストのない画像 1 点")).to_be_visible()
    alt.fill("青い[図]の*例*")
    alt.press("Enter")
    expect(alt).to_have_count(0)
    assert r"![青い\[図\]の\*例\*](/media/images/" in value(desk)
    expect(desk.locator(".editor-alts")).to_be_hidden()
    preview = desk.frame_locator(".markdownx-preview")
    expect(preview.get_by_role("img", name="青い[図]の*例*")).to_have_count(1)
    assert desk.url.endswith("/change/"), "Enter has not sent the form"


def test_a_picture_may_stay_without_text_and_is_marked_as_missing_one(desk):
    take(desk, "paste", file())
    desk.get_by_role("button", name="空のままにする").click()
    expect(desk.locator(".editor-upload")).to_have_count(0)
    desk.locator("#id_body").evaluate("a => a.setSelectionRange(0, 0)")
    desk.get_by_role("button", name="代替テキストのない画像 1 点").click()
    desk.keyboard.type("ここ")
    assert "![ここ](/media/images/" in value(desk)


def test_a_refused_picture_says_why_and_leaves_the_text_as_it_was(desk, open_browser):
    before = value(desk)
    take(
        desk,
        "drop",
        file("偽物.png", b"<html><script>alert(1)</script></html>"),
        file("図.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        file("大きい.png", bytes(20 * 1024 * 1024 + 1)),
        file("よい.png"),
    )
    errors = desk.locator(".editor-upload-error")
    expect(errors).to_have_count(3)
    assert "SVG" in errors.nth(1).inner_text()
    assert "20 MB" in errors.nth(2).inner_text()
    expect(asked_for_alt(desk)).to_be_visible()
    [address] = addresses()
    assert value(desk) == before.replace("\n\n", f"\n\n![]({desk.evaluate('decodeURI', address)})\n\n")
    desk.get_by_role("button", name="閉じる").first.click()
    expect(errors).to_have_count(2)
    # Chromium itself reports each refusal by the server on its console.
    refused = [c for c in desk.complaints if "400" in c]
    assert len(refused) == 2
    desk.complaints[:] = [c for c in desk.complaints if c not in refused]


def test_a_lost_connection_loses_no_text(desk):
    before = value(desk)
    desk.route("**/markdown/upload/", lambda route: route.abort())
    take(desk, "paste", file())
    expect(desk.locator(".editor-upload-error")).to_contain_text("アップロードできませんでした")
    assert value(desk) == before
    desk.complaints[:] = [c for c in desk.complaints if "ERR_FAILED" not in c]


def test_an_upload_can_be_cancelled_and_holds_back_the_form_until_then(desk):
    before = value(desk)
    hold_uploads(desk)
    take(desk, "paste", file())
    expect(desk.get_by_role("progressbar")).to_be_visible()
    desk.get_by_role("button", name="保存", exact=True).click()
    expect(desk.locator(".editor-errors")).to_contain_text("アップロード中です")
    desk.get_by_role("button", name="キャンセル").click()
    expect(desk.locator(".editor-upload")).to_have_count(0)
    assert value(desk) == before
    desk.get_by_role("button", name="保存", exact=True).click()
    expect(desk.locator(".messagelist .success")).to_be_visible()


def test_a_picture_whose_place_was_deleted_is_not_inserted(desk):
    release = hold_uploads(desk)
    take(desk, "paste", file())
    expect(desk.get_by_role("progressbar")).to_be_visible()
    desk.locator("#id_body").fill("すべて書き直した。")
    release()
    expect(desk.locator(".editor-upload-error")).to_contain_text("挿入していません")
    assert value(desk) == "すべて書き直した。"


def test_undo_takes_the_picture_back_out(desk):
    take(desk, "paste", file())
    expect(asked_for_alt(desk)).to_be_visible()
    desk.locator("#id_body").focus()
    desk.keyboard.press("Control+z")
    desk.keyboard.press("Control+z")
    assert value(desk) == "前の段落。\n\n後の段落。"


def test_a_file_dropped_beside_the_text_does_not_replace_the_page(desk):
    prevented = desk.locator("#id_title").evaluate(
        """(field) => {
            const data = new DataTransfer();
            data.items.add(new File(["x"], "x.png"));
            const options = {bubbles: true, cancelable: true, dataTransfer: data};
            return !field.dispatchEvent(new DragEvent("drop", options));
        }"""
    )
    assert prevented
