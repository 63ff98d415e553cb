"""Two forms of one post, opened at the same time and saved one after the other."""

import pytest

from blog.editing.models import EditingSession
from blog.models import Post
from tests.admin_pages import confirmations, form_fields, post_page, texts
from tests.editing.forms import ADD, BODY, OpenForm, open_post
from tests.factories import make_author, make_category, make_draft, make_post, make_superuser, publish
from tests.markup import Markup
from tests.workflow.people import make_writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def sato(browser_of):
    return browser_of(make_superuser("sato", last_name="佐藤"))


@pytest.fixture
def suzuki(browser_of):
    return browser_of(make_superuser("suzuki", last_name="鈴木"))


def stored(post) -> Post:
    return Post.objects.get(pk=post.pk)


def is_conflict(response) -> bool:
    return "admin/editing/conflict.html" in [template.name for template in response.templates]


def test_edits_of_different_paragraphs_both_survive(sato, suzuki):
    post = make_draft(body=BODY)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(body=BODY.replace("一", "壱"))
    response = second.send(body=BODY.replace("二", "弐"))
    assert stored(post).body == "壱段落目。\n\n弐段落目。\n\n三段落目。"
    assert "Meanwhile, 佐藤 had saved changes (Body)" in " ".join(texts(response, "messagelist"))


def test_edits_of_different_fields_both_survive(sato, suzuki):
    post = make_draft(tags=["甲"])
    other = make_category("別の分類")
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(title="直した見出し", category=str(other.pk), tags="甲, 乙", noindex="on")
    second.send(excerpt="直した抜粋", tags="甲, 丙")
    post = stored(post)
    assert (post.title, post.excerpt, post.category, post.noindex) == (
        "直した見出し",
        "直した抜粋",
        other,
        True,
    )
    assert [tag.name for tag in post.tags.order_by("tagged_posts__pk")] == ["甲", "乙", "丙"]


def test_a_box_that_the_other_unticked_stays_unticked(sato, suzuki):
    post = make_draft(featured=True)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(featured=None)
    second.send(title="別の変更")
    assert not stored(post).featured


def test_related_posts_of_both_are_kept_in_order(sato, suzuki):
    post, one, two, three = make_draft(), make_post(), make_post(), make_post()
    post.related_entries.create(target=one, position=1)
    first, second = open_post(sato, post), open_post(suzuki, post)

    def row(number, target, position):
        fields = {"id": "", "post": post.pk, "target": target.pk, "position": position}
        named = {f"related_entries-{number}-{name}": value for name, value in fields.items()}
        return named | {"related_entries-TOTAL_FORMS": number + 1}

    first.send(**row(1, two, 2))
    second.send(**row(1, three, 2))
    assert [entry.target for entry in post.related_entries.all()] == [one, two, three]


def test_a_related_post_that_the_other_took_out_stays_out(sato, suzuki):
    post, one, two = make_draft(), make_post(), make_post()
    post.related_entries.create(target=one, position=1)
    post.related_entries.create(target=two, position=2)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(**{"related_entries-0-DELETE": "on"})
    second.send(title="別の変更")
    assert [entry.target for entry in post.related_entries.all()] == [two]


def test_the_same_paragraph_is_shown_side_by_side_and_nothing_is_saved(sato, suzuki):
    post = make_draft(body=BODY)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(body=BODY.replace("二段", "弐段"))
    response = second.send(body=BODY.replace("二段", "２段"), title="鈴木の見出し")
    assert is_conflict(response)
    assert (stored(post).body, stored(post).title) == (BODY.replace("二段", "弐段"), post.title)
    content = response.content.decode()
    assert "佐藤 saved another text in the same place" in content
    assert "<mark>２</mark>段落目。" in content
    assert "<mark>弐</mark>段落目。" in content
    assert EditingSession.objects.get(user__username="suzuki").draft["body"] == BODY.replace("二段", "２段")


def test_two_windows_of_one_user_are_not_somebody_else(sato):
    post = make_draft(body=BODY)
    first, second = open_post(sato, post), open_post(sato, post)
    first.send(body=BODY.replace("二段", "弐段"))
    content = second.send(body=BODY.replace("二段", "２段")).content.decode()
    assert "<h1>You changed the same place in another window</h1>" in content
    assert "Somebody else" not in content


def test_a_name_keeps_its_spelling_in_the_message(browser_of, suzuki):
    hen, post = browser_of(make_superuser("hen")), make_draft(body=BODY)
    first, second = open_post(hen, post), open_post(suzuki, post)
    first.send(body=BODY.replace("一段", "壱段"))
    response = second.send(body=BODY.replace("三段", "３段"))
    assert any("Meanwhile, hen had saved changes" in text for text in texts(response, "messagelist"))


@pytest.mark.parametrize(
    ("choice", "text", "expected"),
    [
        ("mine", "", "一段落目。\n\n２段落目。\n\n三段落目。"),
        ("theirs", "", "一段落目。\n\n弐段落目。\n\n三段落目。"),
        ("both", "", "一段落目。\n\n弐段落目。\n\n２段落目。\n\n三段落目。"),
        ("text", "話し合った段落。\r\n", "一段落目。\n\n話し合った段落。\n\n三段落目。"),
        ("text", "", "一段落目。\n\n三段落目。"),
    ],
)
def test_a_decision_is_saved_with_everything_else(sato, suzuki, choice, text, expected):
    post = make_draft(body=BODY)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(body=BODY.replace("二段", "弐段"), excerpt="佐藤の抜粋")
    page = second.send(body=BODY.replace("二段", "２段"), title="鈴木の見出し")
    decisions = {"decision-body-0": choice, "text-body-0": text}
    suzuki.post(post_page(post), form_fields(page) | decisions | {"_resolve": "1"})
    assert (stored(post).body, stored(post).title, stored(post).excerpt) == (
        expected,
        "鈴木の見出し",
        "佐藤の抜粋",
    )
    assert not EditingSession.objects.exclude(draft=None).exists()


def test_a_missing_decision_is_asked_for_again(sato, suzuki):
    post = make_draft(body=BODY)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(body=BODY.replace("二段", "弐段"))
    page = second.send(body=BODY.replace("二段", "２段"))
    fields = {name: value for name, value in form_fields(page).items() if not name.startswith("decision")}
    page = suzuki.post(post_page(post), fields | {"_resolve": "1", "decision-body-0": "nonsense"})
    assert "Choose a text for every place" in page.content.decode()
    assert stored(post).body == BODY.replace("二段", "弐段")
    suzuki.post(post_page(post), form_fields(page) | {"_resolve": "1", "decision-body-0": "mine"})
    assert stored(post).body == BODY.replace("二段", "２段")


def test_a_decision_is_compared_again_with_what_was_saved_meanwhile(sato, suzuki):
    post = make_draft(body=BODY)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(body=BODY.replace("二段", "弐段"))
    page = second.send(body=BODY.replace("二段", "２段"))
    open_post(sato, post).send(body=BODY.replace("二段", "弐段").replace("三段", "参段"))
    answer = {"_resolve": "1", "decision-body-0": "mine"}
    suzuki.post(post_page(post), form_fields(page) | answer)
    assert stored(post).body == "一段落目。\n\n２段落目。\n\n参段落目。"


def test_a_decision_that_was_overtaken_is_a_conflict_again(sato, suzuki):
    post = make_draft(body=BODY)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(body=BODY.replace("二段", "弐段"))
    page = second.send(body=BODY.replace("二段", "２段"))
    open_post(sato, post).send(body=BODY.replace("二段", "貳段"))
    answer = {"_resolve": "1", "decision-body-0": "mine"}
    page = suzuki.post(post_page(post), form_fields(page) | answer)
    assert is_conflict(page)
    assert stored(post).body == BODY.replace("二段", "貳段")
    suzuki.post(post_page(post), form_fields(page) | answer)
    assert stored(post).body == BODY.replace("二段", "２段")


def test_a_choice_that_both_made_is_shown_by_name(sato, suzuki):
    post = make_draft()
    ours, others = make_category("経済"), make_category("政治")
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(category=str(others.pk))
    page = second.send(category=str(ours.pk))
    assert is_conflict(page)
    content = page.content.decode()
    assert "経済" in content
    assert "政治" in content
    suzuki.post(post_page(post), form_fields(page) | {"_resolve": "1", "decision-category-0": "mine"})
    assert stored(post).category == ours


def publish_from_the_list(browser, post):
    chosen = {"action": "publish_now", "_selected_action": [post.pk]}
    asking = browser.post("/admin/blog/post/", chosen)
    browser.post("/admin/blog/post/", chosen | {"apply": "1"} | confirmations(asking))


def test_a_status_changed_from_the_list_disturbs_no_text(sato, suzuki):
    post = make_draft(body=BODY)
    form = open_post(suzuki, post)
    publish_from_the_list(sato, post)
    response = form.send(button="_publish", body=BODY.replace("一", "壱"))
    assert stored(post).body == BODY, "readers have it already: publishing is refused"
    assert BODY.replace("一", "壱") in response.content.decode(), "and the text stays in the form"


def test_a_post_published_meanwhile_is_not_changed_before_its_readers(sato, suzuki):
    post = make_draft(body=BODY)
    form = open_post(suzuki, post)
    publish_from_the_list(sato, post)
    response = form.send(body=BODY.replace("一", "壱"))
    assert stored(post).body == BODY
    assert stored(post).working_draft.values["body"] == BODY.replace("一", "壱")
    assert "published meanwhile" in " ".join(texts(response, "messagelist"))


def test_deciding_a_conflict_does_not_change_an_article_published_meanwhile(sato, suzuki):
    post = make_draft(body=BODY)
    form = open_post(suzuki, post)
    open_post(sato, post).send(button="_publish", body=BODY.replace("二段", "弐段"))
    page = form.send(body=BODY.replace("二段", "２段"))
    assert is_conflict(page)
    suzuki.post(post_page(post), form_fields(page) | {"_resolve": "1", "decision-body-0": "mine"})
    assert stored(post).body == BODY.replace("二段", "弐段")
    assert stored(post).working_draft.values["body"] == BODY.replace("二段", "２段")


def test_the_button_behind_the_error_stays_the_one_that_was_pressed(sato, suzuki):
    post = make_draft(body=BODY)
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(body=BODY.replace("二段", "弐段"))
    page = second.send(button="_publish", body=BODY.replace("二段", "２段"))
    assert stored(post).status == "draft"
    suzuki.post(post_page(post), form_fields(page) | {"_resolve": "1", "decision-body-0": "mine"})
    assert stored(post).is_public


def test_a_second_click_saves_nothing_twice(sato):
    post = make_draft(body=BODY)
    form = open_post(sato, post)
    form.send(body=BODY + "\n\n四段落目。")
    form.send(body=BODY + "\n\n四段落目。")
    assert stored(post).body == BODY + "\n\n四段落目。"


def test_a_second_click_on_a_new_post_makes_no_second_post(sato):
    form = OpenForm(sato, ADD)
    form.send(title="新しい原稿", body=BODY)
    response = form.send(title="新しい原稿", body=BODY)
    post = Post.objects.get()
    assert response.redirect_chain[-1][0] == post_page(post)
    form.send(title="新しい原稿", body=BODY.replace("一", "壱"))
    assert Post.objects.get().body == BODY.replace("一", "壱")


def test_the_form_from_the_back_button_keeps_what_others_saved_meanwhile(sato, suzuki):
    post = make_draft(body=BODY)
    old = open_post(sato, post)
    old.send(body=BODY.replace("一", "壱"))
    open_post(suzuki, post).send(body=BODY.replace("一", "壱").replace("二", "弐"))
    old.send(body=BODY.replace("一", "壱").replace("三", "参"))
    assert stored(post).body == "壱段落目。\n\n弐段落目。\n\n参段落目。"


def test_the_text_of_a_deleted_post_can_be_saved_as_a_new_draft(sato, suzuki):
    post = make_draft(body=BODY)
    form = open_post(suzuki, post)
    sato.post(f"/admin/blog/post/{post.pk}/delete/", {"post": "yes"})
    response = form.send(title="残したい題", body=BODY.replace("一", "壱"))
    assert not Post.objects.exists()
    assert "was deleted meanwhile" in " ".join(texts(response, "messagelist"))
    fields = form_fields(response)
    assert (fields["title"], fields["body"]) == ("残したい題", BODY.replace("一", "壱"))
    suzuki.post(ADD, fields | {"_continue": "1"})
    assert Post.objects.get().title == "残したい題"


def test_a_form_whose_row_is_gone_overwrites_nothing(sato, suzuki):
    post = make_draft(body=BODY)
    form = open_post(suzuki, post)
    open_post(sato, post).send(body=BODY.replace("一", "壱"))
    EditingSession.objects.all().delete()
    assert is_conflict(form.send(body=BODY.replace("二", "弐")))
    assert stored(post).body == BODY.replace("一", "壱")


@pytest.mark.parametrize("token", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_made_up_token_overwrites_nothing(sato, token):
    post = make_draft(body=BODY)
    form = open_post(sato, post)
    assert is_conflict(form.send(editing=token, body="上書き"))
    assert stored(post).body == BODY


def test_the_token_of_another_user_or_post_gives_no_base(sato, suzuki):
    post, other = make_draft(body=BODY), make_draft(body="別の記事")
    stranger = open_post(suzuki, post).fields["editing"]
    elsewhere = open_post(sato, other).fields["editing"]
    for token in (stranger, elsewhere):
        assert is_conflict(open_post(sato, post).send(editing=token, body="上書き"))
    assert stored(post).body == BODY
    assert stored(other).body == "別の記事"


def test_line_ends_of_an_imported_text_are_no_change(sato, suzuki):
    post = make_draft(body=BODY.replace("\n", "\r\n"))
    first, second = open_post(sato, post), open_post(suzuki, post)
    first.send(title="見出しだけ", body=BODY.replace("\n", "\r\n"))
    second.send(excerpt="抜粋だけ", body=BODY.replace("\n", "\r\n"))
    assert (stored(post).title, stored(post).excerpt) == ("見出しだけ", "抜粋だけ")
    assert stored(post).body == BODY.replace("\n", "\r\n")


def test_every_save_counts_the_version(sato):
    post = make_draft()
    start = stored(post).version
    open_post(sato, post).send(title="別の題")
    assert stored(post).version == start + 1
    stored(post).save(update_fields=["title"])
    Post.objects.filter(pk=post.pk).update(featured=True)
    post = stored(post)
    publish(post)
    assert stored(post).version == post.version == start + 4


# Handed in meanwhile


def two_windows(browser_of, **fields):
    """A writer's draft in two windows of one browser; it is handed in from the first."""
    writer = make_writer("hanako")
    browser, post = browser_of(writer), make_draft(created_by=writer, body=BODY, **fields)
    first, second = open_post(browser, post), open_post(browser, post)
    first.send(button="_submit")
    assert stored(post).status == Post.Status.IN_REVIEW
    return browser, post, second


def test_what_is_typed_after_it_was_handed_in_elsewhere_comes_back_with_the_reason(browser_of):
    _browser, post, second = two_windows(browser_of)
    response = second.send(body="続きを打った", title="直した題", excerpt="直した抜粋")
    assert response.status_code == 403
    assert "no-store" in response["Cache-Control"]
    page = Markup(response)
    told = page.text("p", class_="errornote")
    assert "“In review”" in told
    assert "You, in another window" in told
    assert f"/admin/blog/post/{post.pk}/change/" in page.hrefs()
    texts = {area["attrs"]["name"]: area["text"].strip() for area in page.all("textarea")}
    assert (texts["title"], texts["body"], texts["excerpt"]) == ("直した題", "続きを打った", "直した抜粋")
    assert not page.all("button", type="submit", class_="button default"), "it would be refused again"
    assert (stored(post).body, stored(post).status) == (BODY, Post.Status.IN_REVIEW)


def test_it_is_kept_as_an_unsaved_text_that_can_be_read_now_and_restored_later(browser_of):
    browser, post, second = two_windows(browser_of)
    response = second.send(body=BODY.replace("二", "弐"))
    [session] = EditingSession.objects.filter(post=post, drafted_at__isnull=False)
    address = f"/admin/blog/post/copies/{session.pk}/"
    assert address in Markup(response).hrefs()
    shown = browser.get(address).content.decode()
    assert "弐" in shown
    assert "It is the same as what is saved" not in shown
    assert "?copy=" not in shown, "it cannot be restored while others have the post"
    browser.post(f"/admin/blog/post/{post.pk}/step/", {"step": "recall"})
    assert f"?copy={session.pk}" in browser.get(address).content.decode()
    restored = OpenForm(browser, f"{post_page(post)}?copy={session.pk}")
    assert "弐段落目" in restored.fields["body"]


def test_it_comes_back_even_after_the_row_of_the_open_form_is_gone(browser_of):
    _browser, _post, second = two_windows(browser_of)
    EditingSession.objects.all().delete()
    response = second.send(body="週末の後で打った")
    assert response.status_code == 403
    assert "週末の後で打った" in response.content.decode()
    assert EditingSession.objects.get(drafted_at__isnull=False).draft["body"] == "週末の後で打った"


def test_of_a_post_that_is_somebody_elses_by_now_only_ones_own_text_is_shown(browser_of):
    writer = make_writer("hanako")
    browser, author = browser_of(writer), make_author("花子", user=writer)
    post = make_draft(author=author, body=BODY)
    form = open_post(browser, post)
    Post.objects.filter(pk=post.pk).update(author=make_author("太郎"), title="秘密の題")
    response = form.send(body="自分の文章")
    page = response.content.decode()
    assert response.status_code == 403
    assert "自分の文章" in page
    assert "秘密の題" not in page
    assert post_page(post) not in page
