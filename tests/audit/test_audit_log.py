import ast

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.utils import translation

from blog.admin.audit_details import NAMES, in_words
from blog.audit import AuditEntry, record
from blog.models import Post
from tests.admin_pages import staff_with
from tests.factories import make_draft, make_post, make_superuser

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_what_and_when():
    user, post = make_superuser("chief"), make_post("AI規制の行方")
    entry = record(user, "published", post, note="急ぎ")
    entry.refresh_from_db()
    assert (entry.username, entry.action, entry.target, entry.details) == (
        "chief",
        "published",
        "AI規制の行方",
        {"note": "急ぎ"},
    )
    assert (entry.target_type, entry.target_id) == ("post", str(post.pk))


def test_an_unknown_action_is_refused():
    with pytest.raises(ValueError):
        record(None, "looked_at")
    assert not AuditEntry.objects.exists()


def test_an_entry_outlives_the_account_and_the_post_it_names():
    user, post = make_superuser("gone"), make_draft("消える記事")
    record(user, "withdrawn", post)
    post.delete()
    user.delete()
    assert AuditEntry.objects.get().username == "gone"
    assert AuditEntry.objects.get().target == "消える記事"


def test_entries_are_neither_changed_nor_removed():
    entry = record(None, "exported", posts=3)
    entry.username = "someone else"
    attempts = [
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(username="someone else"),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    assert AuditEntry.objects.get().username == ""


def test_deleting_in_the_desk_is_recorded_one_by_one_and_in_bulk(admin_client):
    posts = [make_draft(f"下書き{number}") for number in range(3)]
    admin_client.post(f"/admin/blog/post/{posts[0].pk}/delete/", {"post": "yes"})
    admin_client.post(
        "/admin/blog/post/",
        {"action": "delete_selected", "_selected_action": [post.pk for post in posts[1:]], "post": "yes"},
    )
    assert not Post.objects.exists()
    entries = AuditEntry.objects.filter(action="deleted", username="admin").order_by("target")
    assert [entry.target for entry in entries] == ["下書き0", "下書き1", "下書き2"]


def test_an_export_and_an_import_are_recorded_and_a_rehearsal_is_not(tmp_path, media_root):
    make_post()
    call_command("export_posts", tmp_path)
    call_command("import_posts", tmp_path, dry_run=True)
    assert [entry.action for entry in AuditEntry.objects.all()] == ["exported"]
    call_command("import_posts", tmp_path)
    assert [entry.action for entry in AuditEntry.objects.all()] == ["imported", "exported"]


@pytest.mark.parametrize("path", ["add/", "{pk}/change/", "{pk}/delete/"])
def test_not_even_the_first_account_can_write_in_the_log(admin_client, path):
    entry = record(None, "exported", posts=3)
    address = f"/admin/blog/auditentry/{path.format(pk=entry.pk)}"
    admin_client.post(address, {"username": "someone else", "post": "yes"})
    assert AuditEntry.objects.get().username == ""


def test_the_log_is_read_only_with_the_permission_to_see_it(client):
    record(make_superuser("chief"), "published", make_post("公開した記事"), note="<b>急ぎ</b>")
    client.force_login(staff_with("view_post"))
    assert client.get("/admin/blog/auditentry/").status_code == 403
    client.force_login(staff_with("view_auditentry"))
    with translation.override("ja"):
        page = client.get("/admin/blog/auditentry/").content.decode()
    assert "公開した記事" in page and "&lt;b&gt;急ぎ&lt;/b&gt;" in page


def test_the_list_costs_the_same_for_one_entry_and_for_nine(admin_client, django_assert_max_num_queries):
    user = make_superuser("chief")
    record(user, "published", make_post())
    with django_assert_max_num_queries(12) as one:
        admin_client.get("/admin/blog/auditentry/")
    for _ in range(8):
        record(user, "published", make_post())
    with django_assert_max_num_queries(len(one)):
        admin_client.get("/admin/blog/auditentry/")


@pytest.mark.parametrize(
    ("details", "japanese", "english"),
    [
        (
            {"kind": "tag", "posts": 3, "source": "乙"},
            "種類: タグ; 記事: 3; 統合したもの: 乙",
            "kind: tag; posts: 3; merged: 乙",
        ),
        (
            {"staff": [True, False], "groups": [[], ["編集者"]]},
            "グループ: – → 編集者; スタッフ: はい → いいえ",
            "groups: – → 編集者; staff: yes → no",
        ),
        (
            {"moment": "2025-10-21T00:30:00+00:00"},
            "日時: 2025/10/21 09:30",
            "for: 2025/10/21 09:30",
        ),
        (
            {"before": {"name": "旧", "slug": "old"}},
            "変更前: 名前: 旧、スラッグ: old",
            "before: name: 旧, slug: old",
        ),
        ({"added": "app"}, "追加: 認証アプリ", "added: authenticator app"),
        ({"confirmed": ["甲", "乙"]}, "確認済みの警告: 甲、乙", "confirmed warnings: 甲, 乙"),
        (
            {"moment": "not a date", "unheard_of": None},
            "日時: not a date; unheard_of: –",
            "for: not a date; unheard_of: –",
        ),
    ],
)
def test_details_are_told_in_the_language_of_the_reader(details, japanese, english):
    for language, expected in (("ja", japanese), ("en", english)):
        with translation.override(language):
            assert "; ".join(f"{name}: {value}" for name, value in in_words(details)) == expected


def test_every_detail_that_the_code_records_has_a_name():
    named = set()
    for path in (settings.BASE_DIR / "blog").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in {"record", "audit.record"}:
                named |= {keyword.arg for keyword in call.keywords if keyword.arg}
    assert {"folder", "sessions_ended", "source", "until", "version"} <= named
    assert named <= set(NAMES)
