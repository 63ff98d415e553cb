"""Steps of several posts from their list."""

import pytest

from blog.models import Post
from tests.admin_pages import confirmations, texts
from tests.factories import make_draft, make_post, make_scheduled
from tests.workflow.people import make_editor, make_publisher, make_writer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LIST = "/admin/blog/post/"


def send(client, action, *posts, **fields):
    data = {"action": action, "_selected_action": [post.pk for post in posts], "index": "0"} | fields
    response = client.post(LIST, data, follow=True)
    assert response.status_code == 200
    for post in posts:
        post.refresh_from_db()
    return response


def test_nothing_happens_before_the_page_that_asks_is_answered(client):
    client.force_login(make_publisher())
    draft, public = make_draft(), make_post()
    for action in ("submit_posts", "return_posts", "publish_now", "schedule", "withdraw"):
        send(client, action, draft, public)
    assert (draft.status, public.status) == ("draft", "published")


def test_the_page_says_what_is_left_out_and_why(client):
    client.force_login(make_publisher())
    dead, fine = make_draft("切れた話", body="[話](/nai/)"), make_draft("よい話")
    page = send(client, "publish_now", dead, fine, make_post("出た話"))
    left_out = page.content.decode().split('class="left-out"')[1].split("</section>")[0]
    for text in (
        "切れた話",
        "A link leads nowhere: /nai/ (line 1)",
        "出た話",
        "Already published, or expired.",
    ):
        assert text in left_out
    assert "よい話" not in left_out
    assert list(confirmations(page)) == [f"confirm-{fine.pk}"]


def test_posts_with_warnings_are_published_only_when_these_are_confirmed(client):
    client.force_login(make_publisher())
    yes, no = make_draft("よし"), make_draft("まだ")
    boxes = confirmations(send(client, "publish_now", yes, no))
    response = send(
        client, "publish_now", yes, no, apply="1", **{f"confirm-{yes.pk}": boxes[f"confirm-{yes.pk}"]}
    )
    assert (yes.status, no.status) == ("published", "draft")
    messages = texts(response, "messagelist")
    assert messages[0] == "1 post published."
    assert "Please confirm: There is no cover image. “まだ”" in messages
    assert len(yes.transitions.get().confirmed) == 2


def test_errors_refuse_a_post_even_if_the_page_is_skipped(client):
    client.force_login(make_publisher())
    post = make_draft("空", body="")
    keys = confirmations(send(client, "publish_now", make_draft()))
    response = send(
        client, "publish_now", post, apply="1", **{f"confirm-{post.pk}": next(iter(keys.values()))}
    )
    assert post.status == "draft"
    assert texts(response, "messagelist") == ["The body is empty. “空”"]


def test_posts_are_handed_in_and_returned_with_one_note(client):
    client.force_login(make_editor())
    posts = [make_draft("甲"), make_draft("乙"), make_scheduled("丙")]
    response = send(client, "submit_posts", *posts, apply="1", note="まとめて")
    assert [post.status for post in posts] == ["in_review", "in_review", "published"]
    assert texts(response, "messagelist") == [
        "2 posts sent to review.",
        "Only a draft can be sent to review. “丙”",
    ]
    asked = send(client, "return_posts", *posts[:2], apply="1", note=" ")
    assert texts(asked, "errorlist") == ["This field is required."]
    send(client, "return_posts", *posts[:2], apply="1", note="出典を。")
    assert [post.status for post in posts[:2]] == ["draft", "draft"]
    assert {post.transitions.first().note for post in posts[:2]} == {"出典を。"}


def test_a_writer_hands_in_their_own_and_is_told_about_others(client):
    writer = make_writer()
    client.force_login(writer)
    own, public, hidden = make_draft("自分", created_by=writer), make_post("他人"), make_draft("隠れ")
    response = send(client, "submit_posts", own, public, hidden, apply="1")
    assert (own.status, public.status, hidden.status) == ("in_review", "published", "draft")
    assert texts(response, "messagelist") == [
        "1 post sent to review.",
        "Your account may not hand in this post. “他人”",
    ]
    content = client.get(LIST).content.decode()
    assert 'value="submit_posts"' in content
    for action in ("return_posts", "publish_now", "schedule", "withdraw"):
        assert f'value="{action}"' not in content


def test_withdrawing_keeps_the_reason(client):
    client.force_login(make_publisher())
    post = make_post()
    send(client, "withdraw", post, apply="1", note="誤報のため")
    assert Post.objects.get().status == "withdrawn"
    assert post.transitions.get().note == "誤報のため"
