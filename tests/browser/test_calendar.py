"""The editorial calendar in Chromium: dragging, refusals, the keyboard, undo."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from blog.addresses import TOKYO, tokyo_date
from blog.models import Post
from tests.browser.conftest import PHONE
from tests.factories import make_scheduled, make_staff

pytestmark = pytest.mark.django_db(transaction=True)


def a_day(number: int) -> datetime.datetime:
    """A day of the month after next at 9:30, so that the whole month is still to come."""
    first = timezone.localtime(timezone=TOKYO).replace(day=1, hour=9, minute=30, second=0, microsecond=0)
    return (first + datetime.timedelta(days=62)).replace(day=number)


def calendar_of(moment: datetime.datetime) -> str:
    return f"/admin/calendar/{moment:%Y/%m}/"


def day(page, moment: datetime.datetime):
    return page.locator(f".month .day[data-day='{moment:%Y-%m-%d}']")


def moment_of(post: Post) -> datetime.datetime:
    return Post.objects.get(pk=post.pk).published_at.astimezone(TOKYO)


@pytest.fixture
def publisher():
    return make_staff("chief", is_superuser=True)


def test_an_entry_is_dragged_to_another_day_and_keeps_its_time(open_browser, publisher):
    post = make_scheduled("北辰クラウド決算", published_at=a_day(10))
    desk = open_browser(publisher)
    desk.goto(calendar_of(a_day(10)))
    desk.locator(f"#entry-{post.pk}").drag_to(day(desk, a_day(18)))
    expect(desk.get_by_role("status")).to_contain_text("移しました")
    assert moment_of(post) == a_day(18)
    desk.reload()
    expect(day(desk, a_day(18)).get_by_role("link", name="北辰クラウド決算")).to_be_visible()


def test_a_refused_move_goes_back_with_the_reason(open_browser, publisher):
    make_scheduled("先約", slug="same", published_at=a_day(18))
    post = make_scheduled("後から", slug="same", published_at=a_day(10))
    desk = open_browser(publisher)
    desk.goto(calendar_of(a_day(10)))
    desk.locator(f"#entry-{post.pk}").drag_to(day(desk, a_day(18)))
    expect(desk.get_by_role("alert").filter(has_text="スラッグ")).to_be_visible()
    expect(day(desk, a_day(10)).locator(f"#entry-{post.pk}")).to_be_visible()
    assert moment_of(post) == a_day(10)
    desk.complaints[:] = [text for text in desk.complaints if "409" not in text]  # the refusal itself


def test_a_move_that_somebody_else_was_faster_with_goes_back(open_browser, publisher):
    post = make_scheduled("競り合い", published_at=a_day(10))
    desk = open_browser(publisher)
    desk.goto(calendar_of(a_day(10)))
    Post.objects.filter(pk=post.pk).update(published_at=a_day(12))
    desk.locator(f"#entry-{post.pk}").drag_to(day(desk, a_day(18)))
    expect(desk.get_by_role("alert").filter(has_text="ほかの人")).to_be_visible()
    assert moment_of(post) == a_day(12)
    desk.complaints[:] = [text for text in desk.complaints if "409" not in text]


def test_an_entry_is_moved_by_keyboard_and_focus_stays_with_it(open_browser, publisher):
    post = make_scheduled("鍵盤で", published_at=a_day(10))
    desk = open_browser(publisher)
    desk.goto(calendar_of(a_day(10)))
    entry = desk.locator(f"#entry-{post.pk}")
    entry.locator("summary").focus()
    desk.keyboard.press("Enter")
    entry.get_by_label("日付").fill(f"{a_day(20):%Y-%m-%d}")
    entry.get_by_label("時刻").fill("18:00")
    entry.get_by_role("button", name="移す").focus()
    desk.keyboard.press("Enter")
    expect(day(desk, a_day(20)).locator(f"#entry-{post.pk}")).to_be_visible()
    expect(entry.locator("time")).to_have_text("18:00")
    expect(entry.locator("summary")).to_be_focused()
    assert moment_of(post) == a_day(20).replace(hour=18, minute=0)


def test_a_move_is_undone_and_done_again(open_browser, publisher):
    post = make_scheduled("往復", published_at=a_day(10))
    desk = open_browser(publisher)
    desk.goto(calendar_of(a_day(10)))
    for _round in range(2):
        desk.locator(f"#entry-{post.pk}").drag_to(day(desk, a_day(18)))
        expect(day(desk, a_day(18)).locator(f"#entry-{post.pk}")).to_be_visible()
        desk.get_by_role("button", name="元に戻す").click()
        expect(day(desk, a_day(10)).locator(f"#entry-{post.pk}")).to_be_visible()
        expect(desk.locator(f"#entry-{post.pk}")).not_to_have_attribute("aria-busy", "true")
        expect(desk.locator(f"#entry-{post.pk} summary")).to_be_focused()
        assert moment_of(post) == a_day(10)


def test_an_expired_session_moves_nothing_and_says_so(open_browser, publisher):
    post = make_scheduled("ログアウト", published_at=a_day(10))
    desk = open_browser(publisher)
    desk.goto(calendar_of(a_day(10)))
    desk.context.clear_cookies(name="sessionid")
    desk.locator(f"#entry-{post.pk}").drag_to(day(desk, a_day(18)))
    expect(desk.get_by_role("alert").filter(has_text="ログアウト")).to_be_visible()
    expect(day(desk, a_day(10)).locator(f"#entry-{post.pk}")).to_be_visible()
    assert moment_of(post) == a_day(10)
    desk.complaints[:] = [text for text in desk.complaints if "403" not in text]  # the answer to it


def test_without_a_script_the_form_does_it_all(open_browser, publisher):
    post = make_scheduled("素の頁", published_at=a_day(10))
    desk = open_browser(publisher, java_script_enabled=False)
    desk.goto(calendar_of(a_day(10)))
    entry = desk.locator(f"#entry-{post.pk}")
    entry.locator("summary").click()
    entry.get_by_label("日付").fill(f"{a_day(20):%Y-%m-%d}")
    entry.get_by_role("button", name="移す").click()
    expect(desk.get_by_text("移しました")).to_be_visible()
    assert moment_of(post) == a_day(20)
    desk.get_by_role("button", name="移動を元に戻す").click()
    expect(day(desk, a_day(10)).locator(f"#entry-{post.pk}")).to_be_visible()
    assert moment_of(post) == a_day(10)


def test_on_a_phone_the_month_is_a_list_of_its_days_that_fits(open_browser, publisher):
    post = make_scheduled("電話で読む長い長い見出し" * 4, published_at=a_day(10))
    desk = open_browser(publisher, viewport=PHONE)
    desk.goto(calendar_of(a_day(10)))
    expect(desk.locator(f"#entry-{post.pk}")).to_be_visible()
    expect(day(desk, a_day(11))).to_be_hidden()
    assert desk.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    entry = desk.locator(f"#entry-{post.pk}")
    entry.locator("summary").click()
    entry.get_by_label("日付").fill(f"{a_day(11):%Y-%m-%d}")
    entry.get_by_role("button", name="移す").click()
    expect(desk.get_by_role("status")).to_contain_text("移しました")
    expect(day(desk, a_day(11)).locator(f"#entry-{post.pk}")).to_be_visible()
    assert tokyo_date(moment_of(post)) == a_day(11).date()
