"""Two people write in one post, each in a Chromium of their own."""

import pytest
from playwright.sync_api import expect

from blog.models import Post, WorkingDraft
from tests.admin_pages import post_page
from tests.factories import make_draft, make_post, make_superuser

pytestmark = pytest.mark.django_db(transaction=True)
BODY = "一段落目。\n\n二段落目。\n\n三段落目。"


@pytest.fixture
def desks(open_browser):
    """The desks of 佐藤 and 鈴木."""
    names = (("sato", "佐藤"), ("suzuki", "鈴木"))
    return [open_browser(make_superuser(name, last_name=last_name)) for name, last_name in names]


def body(desk):
    return desk.locator("#id_body")


def save(desk):
    desk.get_by_role("button", name="保存", exact=True).click()
    desk.wait_for_load_state()


def test_edits_of_different_paragraphs_both_survive(desks):
    sato, suzuki = desks
    post = make_draft(body=BODY)
    for desk in desks:
        desk.goto(post_page(post))
    body(sato).fill(BODY.replace("一", "壱"))
    body(suzuki).fill(BODY.replace("三", "参"))
    save(sato)
    save(suzuki)
    expect(suzuki.get_by_text("その間に佐藤も保存していました（本文）")).to_be_visible()
    expect(body(suzuki)).to_have_value("壱段落目。\n\n二段落目。\n\n参段落目。")
    assert Post.objects.get().body == "壱段落目。\n\n二段落目。\n\n参段落目。"


def test_two_saves_at_the_same_moment_lose_nothing(desks):
    post = make_draft(body=BODY)
    for round_number in range(3):
        for desk, paragraph in zip(desks, ("一段落目", "三段落目"), strict=True):
            desk.goto(post_page(post))
            text = body(desk).input_value()
            body(desk).fill(text.replace(paragraph, f"{paragraph}・{round_number}"))
        for desk in desks:
            with desk.expect_request(lambda request: request.method == "POST" and "change" in request.url):
                desk.evaluate("document.querySelector('[name=_continue]').click()")
        for desk in desks:
            expect(desk.get_by_text("変更しました")).to_be_visible()
    assert Post.objects.get().body == "一段落目・2・1・0。\n\n二段落目。\n\n三段落目・2・1・0。"


def test_the_same_paragraph_is_shown_side_by_side_and_both_texts_are_kept(desks):
    sato, suzuki = desks
    post = make_draft(body=BODY)
    for desk in desks:
        desk.goto(post_page(post))
    body(sato).fill(BODY.replace("二段", "弐段"))
    body(suzuki).fill(BODY.replace("二段", "２段").replace("三", "参"))
    save(sato)
    save(suzuki)
    conflict = suzuki.get_by_role("group", name="本文 1/1")
    expect(conflict.locator(".text").first).to_have_text("２段落目。")
    expect(conflict.locator(".text").nth(1)).to_have_text("弐段落目。")
    assert Post.objects.get().body == BODY.replace("二段", "弐段")
    suzuki.get_by_role("button", name="この内容で保存").click()
    expect(conflict).to_be_visible()  # the browser asks for a decision
    conflict.get_by_label("両方を続けて残す").check()
    suzuki.get_by_role("button", name="この内容で保存").click()
    expect(body(suzuki)).to_have_value("一段落目。\n\n弐段落目。\n\n２段落目。\n\n参段落目。")


def test_writing_a_third_text_decides_for_it(desks):
    sato, suzuki = desks
    post = make_draft(body=BODY)
    for desk in desks:
        desk.goto(post_page(post))
    body(sato).fill(BODY.replace("二段", "弐段"))
    body(suzuki).fill(BODY.replace("二段", "２段"))
    save(sato)
    save(suzuki)
    suzuki.get_by_role("textbox", name="書き直す").fill("話し合った段落。")
    suzuki.get_by_role("button", name="この内容で保存").click()
    expect(body(suzuki)).to_have_value("一段落目。\n\n話し合った段落。\n\n三段落目。")


def test_who_turns_away_from_a_conflict_finds_the_text_again(desks):
    sato, suzuki = desks
    post = make_draft(body=BODY)
    for desk in desks:
        desk.goto(post_page(post))
    body(sato).fill(BODY.replace("二段", "弐段"))
    body(suzuki).fill(BODY.replace("二段", "２段"))
    save(sato)
    save(suzuki)
    suzuki.get_by_role("link", name="記事に戻る（文章は残ります）").click()
    expect(body(suzuki)).to_have_value(BODY.replace("二段", "弐段"))
    suzuki.get_by_role("link", name="復元").click()
    expect(body(suzuki)).to_have_value(BODY.replace("二段", "２段"))


def test_each_sees_that_the_other_is_here_and_gone_again(desks):
    sato, suzuki = desks
    post = make_draft()
    sato.goto(post_page(post))
    suzuki.goto(post_page(post))
    expect(suzuki.get_by_text("佐藤さんも開いています")).to_be_visible()
    expect(sato.get_by_text("鈴木さんも開いています")).to_be_visible(timeout=15_000)
    suzuki.goto("/admin/")
    expect(sato.get_by_text("鈴木さんも開いています")).to_be_hidden(timeout=15_000)


def test_a_working_draft_is_written_and_published_beside_the_live_article(desks, client):
    sato, suzuki = desks
    post = make_post(body=BODY)
    before = client.get(post.get_absolute_url()).content
    sato.goto(post_page(post))
    body(sato).fill(BODY.replace("一", "壱"))
    sato.get_by_role("button", name="下書きとして保存（公開中の記事はそのまま）").click()
    expect(sato.get_by_text("下書きを編集しています。")).to_be_visible()
    assert client.get(post.get_absolute_url()).content == before
    suzuki.goto(post_page(post))
    expect(body(suzuki)).to_have_value(BODY.replace("一", "壱"))
    suzuki.get_by_role("button", name="公開中の記事に反映").click()
    expect(suzuki.get_by_text("下書きを編集しています。")).to_be_hidden()
    assert Post.objects.get().body == BODY.replace("一", "壱")
    assert not WorkingDraft.objects.exists()
