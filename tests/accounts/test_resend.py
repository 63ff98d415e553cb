"""A form sent from a session that has ended: every word is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from blog.models import Post
from tests.admin_pages import form_fields, post_page
from tests.factories import make_draft, make_superuser
from tests.markup import Markup

pytestmark = pytest.mark.django_db
OURS = {"HTTP_ORIGIN": "https://news.example.jp", "HTTP_HOST": "news.example.jp", "secure": True}
ADD = "/admin/blog/post/add/"


@pytest.fixture
def desk():
    """A browser that checks tokens, as real ones do, signed in."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_superuser())
    return browser


def filled_in(browser, address=ADD, **changes) -> dict:
    return form_fields(browser.get(address, **OURS), **changes) | {"_continue": "1"}


def kept(response) -> dict:
    """What the page would send again."""
    return form_fields(response)


def lines(fields: dict) -> dict:
    return {
        name: value.replace("\r\n", "\n") for name, value in fields.items() if name != "csrfmiddlewaretoken"
    }


LONG = "\n一行目は空いている。\n" + "本文の一文です。<b>\"&'</b>\n\n" * 1300


def test_forty_kilobytes_typed_while_signed_out_come_back_whole_and_are_saved(desk):
    assert len(LONG.encode()) > 40_000
    user = make_superuser("editor")
    desk.force_login(user)
    fields = filled_in(desk, title="長い記事", body=LONG)
    desk.cookies.pop("sessionid")
    response = desk.post(ADD, fields, **OURS)
    assert response.status_code == 403
    assert "入力した内容はここにあります" in response.content.decode()
    assert lines(kept(response)) == lines(fields)
    # In another tab:
    desk.force_login(user)
    response = desk.post(ADD, kept(response), **OURS)
    assert response.status_code == 302
    assert Post.objects.get().title == "長い記事"
    assert Post.objects.get().body.split() == LONG.split()


def test_an_old_token_after_signing_in_anew_loses_nothing(desk):
    post = make_draft(body="前の文")
    fields = filled_in(desk, post_page(post), body="書き直した文")
    desk.cookies["csrftoken"] = "a" * 32  # signing in anew changed it
    response = desk.post(post_page(post), fields, **OURS)
    assert response.status_code == 403
    assert "ログインし直しています" in response.content.decode()
    assert lines(kept(response)) == lines(fields)
    assert desk.post(post_page(post), kept(response), **OURS).status_code == 302
    post.refresh_from_db()
    assert post.body == "書き直した文"


def test_the_page_sends_to_where_the_form_went(desk):
    fields = filled_in(desk, title="題")
    desk.cookies.pop("sessionid")
    page = Markup(desk.post(f"{ADD}?category=3&x=<y>", fields, **OURS))
    assert any(form["attrs"].get("action") == f"{ADD}?category=3&x=%3Cy%3E" for form in page.all("form"))


def test_typed_texts_are_shown_by_the_names_that_the_form_gives_them(desk):
    fields = filled_in(desk, title="題", body=LONG, excerpt="抜粋です", description="  ", note="二行の\n伝言")
    desk.cookies.pop("sessionid")
    response = desk.post(ADD, fields, **OURS)
    page = Markup(response)
    areas = {area["attrs"]["name"] for area in page.all("textarea")}
    assert areas == {"title", "body", "excerpt", "note"}
    labels = [" ".join(label["text"].split()) for label in page.all("label")]
    assert {f"入力した内容 {name}" for name in ("見出し", "本文", "抜粋", "メモ")} <= set(labels)
    assert lines(kept(response)) == lines(fields)


def test_several_values_of_a_field_are_all_kept(client):
    client.force_login(make_superuser())
    client.cookies.pop("sessionid")
    response = client.post("/admin/blog/post/", {"action": "publish", "_selected_action": ["1", "2", "3"]})
    page = Markup(response)
    assert [field["attrs"]["value"] for field in page.all("input", name="_selected_action")] == [
        "1",
        "2",
        "3",
    ]


def test_passwords_codes_and_files_are_not_kept(client):
    upload = SimpleUploadedFile("写真.png", b"x")
    fields = {
        "password1": "ひみつ",
        "old_password": "ひみつ",
        "code": "123456",
        "file": upload,
        "alt": "青い図",
    }
    page = client.post("/admin/auth/user/add/", fields).content.decode()
    assert "ひみつ" not in page
    assert "123456" not in page
    assert "青い図" in page
    assert "ファイル（file）は引き継げません" in page


def test_what_was_typed_is_escaped(client):
    page = client.post(
        ADD, {"title": '"><script>alert(1)</script>', "body": "</textarea><script>x</script>\n"}
    )
    assert "<script>alert" not in page.content.decode()
    assert "<script>x" not in page.content.decode()


@pytest.mark.parametrize(
    "origin",
    [
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_REFERER": "https://evil.example/"},
        {},
    ],
)
def test_the_words_of_another_site_are_never_put_into_a_form_of_ours(desk, origin):
    response = desk.post(ADD, {"title": "他人の言葉"}, HTTP_HOST="news.example.jp", secure=True, **origin)
    assert response.status_code == 403
    assert "他人の言葉" not in response.content.decode()
    assert "アクセスできません" in response.content.decode()


def test_elsewhere_a_missing_token_is_refused_as_ever(desk):
    response = desk.post("/search/", {"q": "語"}, **OURS)
    assert response.status_code == 403
    assert "語" not in response.content.decode().replace("日本語", "")


def test_a_script_that_is_signed_out_gets_403_not_a_login_page(client):
    assert client.post("/admin/blog/post/1/change/", {"title": "x"}).status_code == 403


def test_the_page_is_never_cached(client):
    assert "no-store" in client.post(ADD, {"title": "x"})["Cache-Control"]
