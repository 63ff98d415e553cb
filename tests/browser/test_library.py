"""The library, in Chromium: several uploads, and the dialog that chooses a cover."""

import pytest
from playwright.sync_api import expect

from blog.models import Image, Post
from tests.admin_pages import post_page
from tests.browser.conftest import PHONE
from tests.factories import make_image, make_post, make_staff, picture_bytes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]


@pytest.fixture
def chief():
    return make_staff("chief", is_superuser=True)


def picture_file(name: str, content: bytes | None = None) -> dict:
    return {"name": name, "mimeType": "image/png", "buffer": content or picture_bytes()}


def test_several_files_go_up_each_with_its_alternative_text(open_browser, chief):
    desk = open_browser(chief)
    desk.goto("/admin/blog/image/upload/")
    desk.locator("input[type=file]").set_input_files([picture_file("一.png"), picture_file("二.png")])
    desk.locator(".upload", has_text="一.png").get_by_label("代替テキスト").fill("青い図")
    desk.get_by_label("ライセンス").fill("CC0 1.0")
    desk.get_by_role("button", name="アップロード").click()
    expect(desk.get_by_role("status")).to_have_text("保存しました: 2/2")
    first, second = Image.objects.order_by("pk")
    assert (first.alt, second.alt, first.licence) == ("青い図", "", "CC0 1.0")


def test_a_file_that_is_refused_says_why_by_its_name_and_the_others_are_stored(open_browser, chief):
    desk = open_browser(chief)
    desk.goto("/admin/blog/image/upload/")
    bad = picture_file("罠.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    desk.locator("input[type=file]").set_input_files([bad, picture_file("良.png")])
    desk.locator(".upload", has_text="罠.png").get_by_label("代替テキスト").fill("打った説明")
    desk.get_by_role("button", name="アップロード").click()
    refused = desk.locator(".upload", has_text="罠.png")
    expect(refused.get_by_role("alert")).to_contain_text("SVG")
    expect(refused.get_by_label("代替テキスト")).to_have_value("打った説明")
    expect(desk.get_by_role("status")).to_have_text("保存しました: 1/2")
    assert Image.objects.count() == 1
    desk.complaints.clear()  # Chromium reports the refusal itself in the console
    refused.get_by_role("button", name="取り除く").click()
    expect(desk.locator(".upload")).to_have_count(1)


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_a_cover_is_searched_and_chosen_with_the_keyboard(open_browser, chief, viewport):
    wanted, post = make_image(alt="青い棒グラフ"), make_post()
    make_image(alt="赤い円")
    desk = open_browser(chief, **({"viewport": viewport} if viewport else {}))
    desk.goto(post_page(post))
    desk.get_by_role("button", name="ライブラリーから選ぶ").press("Enter")
    dialog = desk.get_by_role("dialog", name="カバー画像を選ぶ")
    expect(dialog.locator(".library-grid button")).to_have_count(2)
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    desk.keyboard.type("棒グラフ")
    expect(dialog.locator(".library-grid button")).to_have_count(1)
    dialog.get_by_role("button", name="青い棒グラフ").press("Enter")
    expect(dialog).to_be_hidden()
    expect(desk.get_by_role("button", name="ライブラリーから選ぶ")).to_be_focused()
    with desk.expect_navigation():
        desk.get_by_role("button", name="保存", exact=True).click()
    assert Post.objects.get(pk=post.pk).cover == wanted


def test_a_cover_is_uploaded_in_the_dialog_and_chosen(open_browser, chief):
    post = make_post()
    desk = open_browser(chief)
    desk.goto(post_page(post))
    desk.get_by_role("button", name="ライブラリーから選ぶ").click()
    dialog = desk.get_by_role("dialog", name="カバー画像を選ぶ")
    dialog.get_by_text("新しい画像をアップロード").click()
    dialog.get_by_label("ファイル").set_input_files(picture_file("新.png"))
    dialog.get_by_label("代替テキスト").fill("新しい図")
    dialog.get_by_role("button", name="アップロードして選ぶ").click()
    expect(dialog).to_be_hidden()
    expect(desk.locator(".cover-thumbnail img")).to_be_visible()
    with desk.expect_navigation():
        desk.get_by_role("button", name="保存", exact=True).click()
    assert Post.objects.get(pk=post.pk).cover.alt == "新しい図"


def test_escape_closes_the_dialog_and_chooses_nothing(open_browser, chief):
    make_image(alt="図")
    desk = open_browser(chief)
    desk.goto(post_page(make_post()))
    desk.get_by_role("button", name="ライブラリーから選ぶ").click()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(desk.locator("#id_cover")).to_have_value("")
