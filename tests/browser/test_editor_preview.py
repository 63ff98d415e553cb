"""The previews beside a text and the room they take, in Chromium."""

import pytest
from playwright.sync_api import expect

from blog.models import Post
from tests.admin_pages import post_page
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import make_category, make_draft, make_image, make_post, make_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]

LONG = "\n\n".join(
    f"## 第{n}章\n\n" + "長い段落の文がここに続いていく。" * (3 + n % 5) + f"\n\n- 項目{n}\n- 次"
    for n in range(120)
)


@pytest.fixture
def desk(open_browser):
    def open_desk(post=None, viewport=DESKTOP, **options):
        page = open_browser(make_staff("chief", is_superuser=True), viewport=viewport, **options)
        page.goto(post_page(post) if post else "/admin/blog/post/add/")
        expect(page.locator(".editor-bar")).to_be_visible()
        return page

    return open_desk


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def real_page(page):
    return page.frame_locator(".editor-page-frame:not(.is-coming)")


# Scrolling together


def chapter_in_text(page) -> float:
    """How many chapters have passed the upper edge of the text, by its wrapped lines."""
    return page.locator("#id_body").evaluate("a => a.scrollTop / (a.scrollHeight - a.clientHeight)")


def chapter_in_preview(page) -> int:
    """The number of the first chapter whose heading is not above the preview's edge."""
    return (
        page.frame_locator(".markdownx-preview")
        .locator(".prose")
        .evaluate("p => [...p.querySelectorAll('h2')].findIndex((h) => h.getBoundingClientRect().top > -40)")
    )


def scroll_text_to(page, chapter):
    """Puts the line of that chapter's heading at the upper edge, measured in a copy of the text area."""
    page.locator("#id_body").evaluate(
        """(area, title) => {
            const copy = area.cloneNode();
            copy.style.cssText = `position: absolute; height: 0; width: ${area.offsetWidth}px`;
            copy.value = area.value.slice(0, area.value.indexOf(title));
            area.after(copy);
            const top = copy.scrollHeight;
            copy.remove();
            area.dispatchEvent(new WheelEvent("wheel"));
            area.scrollTop = top - 60;
        }""",
        f"## 第{chapter}章",
    )


def test_the_preview_scrolls_with_the_text_by_line(desk):
    page = desk(make_post(body=LONG))
    expect(page.frame_locator(".markdownx-preview").get_by_role("heading", name="第119章")).to_be_attached()
    for chapter in (20, 60, 100, 40):
        scroll_text_to(page, chapter)
        page.wait_for_timeout(150)
        assert abs(chapter_in_preview(page) - chapter) <= 1


def test_the_text_scrolls_with_the_preview_and_both_come_to_rest(desk):
    page = desk(make_post(body=LONG))
    preview = page.frame_locator(".markdownx-preview")
    expect(preview.get_by_role("heading", name="第119章")).to_be_attached()
    preview.locator(".prose").evaluate(
        """(prose) => {
            prose.dispatchEvent(new WheelEvent("wheel", {bubbles: true}));
            prose.querySelectorAll("h2")[60].scrollIntoView({behavior: "instant"});
        }"""
    )
    page.wait_for_timeout(200)
    place = page.locator("#id_body").evaluate("a => a.scrollTop")
    assert 0.4 < chapter_in_text(page) < 0.6
    page.wait_for_timeout(200)
    assert page.locator("#id_body").evaluate("a => a.scrollTop") == place
    assert chapter_in_preview(page) == 60


def test_both_reach_their_ends_together(desk):
    page = desk(make_post(body=LONG))
    expect(page.frame_locator(".markdownx-preview").get_by_role("heading", name="第119章")).to_be_attached()
    page.locator("#id_body").evaluate("a => { a.focus(); a.scrollTop = a.scrollHeight; }")
    page.wait_for_timeout(200)
    rest = (
        page.frame_locator(".markdownx-preview")
        .locator(".prose")
        .evaluate(
            """(prose) => {
                const {scrollHeight, clientHeight, scrollTop} = prose.ownerDocument.scrollingElement;
                return scrollHeight - clientHeight - scrollTop;
            }"""
        )
    )
    assert abs(rest) <= 2


def test_only_the_last_of_many_changes_is_asked_for_and_shown(desk):
    page = desk(make_post(body="前"))
    asked = []
    page.on("request", lambda request: request.url.endswith("/markdown/preview/") and asked.append(request))
    page.locator("#id_body").focus()
    page.keyboard.type("一二三四五六七八九十", delay=20)
    expect(page.frame_locator(".markdownx-preview").get_by_text("一二三四五六七八九十")).to_be_visible()
    assert len(asked) <= 2


# The real page


@pytest.mark.parametrize(("name", "width"), [("PC", 1280), ("スマホ", 390)])
def test_the_real_page_shows_what_is_typed_at_both_widths(desk, name, width):
    category = make_category("投資分析")
    page = desk(make_draft("前の見出し", body="前の本文", cover=make_image((1200, 630))))
    press(page, "実際のページ")
    press(page, name)
    expect(real_page(page).get_by_role("heading", name="前の見出し")).to_be_visible()
    page.locator("#id_title").fill("打っている見出し")
    page.locator("#id_body").fill("**「重要」**です")
    page.locator("#id_category").evaluate(
        """(select, [pk, name]) => {
            select.append(new Option(name, pk, true, true));
            django.jQuery(select).trigger("change");
        }""",
        [category.pk, category.name],
    )
    shown = real_page(page)
    expect(shown.get_by_role("heading", name="打っている見出し")).to_be_visible()
    expect(shown.locator("strong", has_text="「重要」")).to_be_visible()
    expect(shown.locator(".kicker")).to_have_text("投資分析")
    assert shown.locator("html").evaluate("html => html.ownerDocument.defaultView.innerWidth") == width
    assert shown.locator("html").evaluate("html => html.scrollWidth") <= width
    frame = page.locator(".editor-page-frame").bounding_box()
    room = page.locator(".editor-page").bounding_box()
    assert room["x"] - 1 <= frame["x"]
    assert frame["x"] + frame["width"] <= room["x"] + room["width"] + 1
    assert frame["height"] == pytest.approx(room["height"], abs=2)
    assert Post.objects.get().title == "前の見出し"


def test_a_post_that_was_never_saved_has_its_page_and_the_way_back_stays(desk):
    page = desk()
    press(page, "実際のページ")
    page.locator("#id_title").fill("はじめての記事")
    expect(real_page(page).get_by_role("heading", name="はじめての記事")).to_be_visible()
    page.locator("#id_body").fill("本文")
    expect(real_page(page).get_by_text("本文", exact=True)).to_be_visible()
    assert page.evaluate("history.length") <= 2, "a new page in the frame is no step back"
    expect(page.locator(".editor-page-frame")).to_have_count(1)


def test_the_page_keeps_its_place_while_its_text_changes(desk):
    page = desk(make_post(body=LONG))
    press(page, "実際のページ")
    html = real_page(page).locator("html")
    expect(html).to_be_visible()
    html.evaluate("h => h.ownerDocument.defaultView.scrollTo({top: 3000, behavior: 'instant'})")
    page.locator("#id_body").evaluate("a => { a.focus(); a.setSelectionRange(0, 0); }")
    page.keyboard.type("書き足し")
    expect(real_page(page).get_by_text("書き足し")).to_be_attached()
    assert real_page(page).locator("html").evaluate("h => h.scrollTop") == pytest.approx(3000, abs=5)


def click_in_page(page, selector):
    """A click of the mouse itself; Playwright's own would need scripts in the frame."""
    place = page.evaluate(
        """(selector) => {
            const frame = document.querySelector(".editor-page-frame:not(.is-coming)");
            const link = frame.contentDocument.querySelector(selector);
            link.scrollIntoView({behavior: "instant", block: "center"});
            const outer = frame.getBoundingClientRect(), inner = link.getBoundingClientRect();
            const scale = outer.width / frame.clientWidth;
            return [
                outer.x + (inner.x + inner.width / 2) * scale,
                outer.y + (inner.y + inner.height / 2) * scale,
            ];
        }""",
        selector,
    )
    page.mouse.click(*place)


def test_links_of_the_page_open_elsewhere_and_its_contents_lead_within_it(desk):
    page = desk(make_post(body=LONG), reduced_motion="reduce")
    press(page, "実際のページ")
    html = real_page(page).locator("html")
    expect(html).to_be_visible()
    click_in_page(page, ".contents-aside li:nth-child(60) a")
    page.wait_for_timeout(1000)
    assert html.evaluate("h => h.scrollTop") > 1000
    with page.context.expect_page() as opened:
        click_in_page(page, ".kicker a")
    assert "/category/" in opened.value.url
    expect(real_page(page).get_by_text("第60章").first).to_be_attached()
    # Playwright listens to clicks in every frame that it reads, and is not let to: no script runs there.
    page.complaints[:] = [c for c in page.complaints if not c.startswith("Blocked script execution")]


def test_someone_signed_out_is_told_so_in_the_frame_and_keeps_the_text(desk):
    page = desk(make_post(body="前"))
    page.locator("#id_body").fill("失いたくない文章")
    page.wait_for_timeout(600)
    session = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    press(page, "実際のページ")
    expect(real_page(page).get_by_text("ログアウトしています")).to_be_visible()
    assert page.locator("#id_body").input_value() == "失いたくない文章"
    page.complaints[:] = [c for c in page.complaints if "403" not in c]
    page.context.add_cookies(session)
    page.locator("#id_title").fill("続き")
    expect(real_page(page).get_by_text("失いたくない文章")).to_be_visible()


# Room


def test_the_view_that_was_chosen_is_there_again_after_loading(desk):
    page = desk(make_post())
    source, reading = page.locator(".editor-source"), page.locator(".editor-reading")
    for name, seen in (
        ("編集", (True, False)),
        ("プレビュー", (False, True)),
        ("編集とプレビュー", (True, True)),
    ):
        press(page, name)
        assert (source.is_visible(), reading.is_visible()) == seen
    press(page, "編集")
    press(page, "全画面")
    page.reload()
    expect(reading).to_be_hidden()
    box = page.locator(".markdown-editor").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1280, 900)
    page.locator("#id_body").focus()
    page.keyboard.press("Escape")
    assert page.locator(".markdown-editor").bounding_box()["width"] < 1280


def test_on_a_phone_there_is_one_thing_at_a_time_and_nothing_hangs_out(desk):
    page = desk(make_post(body=LONG), viewport=PHONE, has_touch=True)

    def overhang():
        return page.evaluate("document.documentElement.scrollWidth - innerWidth")

    source, reading = page.locator(".editor-source"), page.locator(".editor-reading")
    assert (source.is_visible(), reading.is_visible()) == (True, False)
    assert overhang() <= 0
    toolbar = page.get_by_role("toolbar", name="書式")
    assert toolbar.evaluate(
        "t => t.scrollWidth > t.clientWidth && t.getBoundingClientRect().right <= innerWidth"
    )
    page.mouse.wheel(0, 600)
    page.wait_for_timeout(200)
    assert abs(page.locator(".editor-bar").bounding_box()["y"]) < 200
    press(page, "プレビュー")
    assert (source.is_visible(), reading.is_visible()) == (False, True)
    expect(page.frame_locator(".markdownx-preview").get_by_role("heading", name="第1章")).to_be_visible()
    press(page, "実際のページ")
    expect(real_page(page).locator("h1")).to_be_visible()
    assert overhang() <= 0
    press(page, "全画面")
    assert page.locator(".markdown-editor").bounding_box()["height"] == 844
    assert overhang() <= 0
