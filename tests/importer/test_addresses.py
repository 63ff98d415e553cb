"""Addresses, GUIDs and redirects: who gets which, in whatever order articles come."""

import pytest

from blog.importer import import_site
from blog.models import Post, Redirect
from tests.factories import make_post, tokyo
from tests.jekyll_site import write, write_article

pytestmark = pytest.mark.django_db


def addresses() -> dict[str, str]:
    return {
        post.source_name: f"{post.published_on}/{post.slug}"
        for post in Post.objects.exclude(source_name=None)
    }


def redirects() -> dict[str, str]:
    return dict(Redirect.objects.values_list("old_path", "post__source_name"))


def write_rivals(early, late) -> None:
    """Two articles for /2025/10/09/x/, as Jekyll had 44 times: one file's date is that of the day before."""
    write_article(early, "2025-10-08-x.md", date="2025-10-08 16:00:00 +0000")
    write_article(late, "2025-10-09-x.md", date="2025-10-09 22:00:00 +0900")


WON = {"_posts/2025-10-09-x.md": "2025-10-09/x", "_posts/2025-10-08-x.md": "2025-10-09/x-2"}


def test_of_two_articles_at_one_address_the_later_keeps_it_and_the_other_is_reported(tmp_path):
    write_rivals(tmp_path, tmp_path)
    report = import_site(tmp_path)
    assert addresses() == WON
    (note,) = report.notes
    assert note.path == "_posts/2025-10-08-x.md"
    assert "/2025/10/09/x-2/" in note.message
    assert Post.objects.get(slug="x").guid == "https://news.example.jp/2025/10/09/x/"
    assert Post.objects.get(slug="x-2").guid == "https://news.example.jp/2025/10/09/x-2/"
    assert import_site(tmp_path).posts.unchanged == ["_posts/2025-10-08-x.md", "_posts/2025-10-09-x.md"]
    assert addresses() == WON


@pytest.mark.parametrize("order", [("early", "late"), ("late", "early")])
def test_the_order_of_imports_does_not_decide_about_addresses(tmp_path, order):
    write_rivals(tmp_path / "early", tmp_path / "late")
    for name in (*order, *order):
        import_site(tmp_path / name)
    assert addresses() == WON
    assert len(set(Post.objects.values_list("guid", flat=True))) == 2


def test_of_two_articles_of_one_moment_the_later_path_wins(tmp_path):
    write_article(tmp_path, "a/../_posts/a/2025-10-21-x.md")
    write_article(tmp_path, "_posts/b/2025-10-21-x.md")
    import_site(tmp_path)
    assert addresses()["_posts/b/2025-10-21-x.md"] == "2025-10-21/x"
    assert addresses()["_posts/a/2025-10-21-x.md"] == "2025-10-21/x-2"


def test_a_draft_does_not_take_the_address_of_a_published_article(tmp_path):
    write_article(tmp_path, "2025-10-21-x.md")
    write_article(tmp_path, "_drafts/2025-10-21-x.md", date="2025-10-21 20:00:00 +0900")
    import_site(tmp_path)
    assert addresses()["_posts/2025-10-21-x.md"] == "2025-10-21/x"


def test_a_post_written_here_keeps_its_address(tmp_path):
    make_post(slug="first", published_at=tokyo(2025, 10, 21, 1))
    import_site(write_article(tmp_path))
    assert addresses() == {"_posts/2025-10-21-first.md": "2025-10-21/first-2"}


def test_a_third_article_gets_the_next_number_and_the_second_keeps_its_own(tmp_path):
    write_rivals(tmp_path, tmp_path)
    import_site(tmp_path)
    write_article(tmp_path, "2025-10-10-x.md", date="2025-10-09 23:00:00 +0900")
    import_site(tmp_path)
    assert addresses() == {
        "_posts/2025-10-10-x.md": "2025-10-09/x",
        "_posts/2025-10-09-x.md": "2025-10-09/x-3",
        "_posts/2025-10-08-x.md": "2025-10-09/x-2",
    }


def test_posts_can_change_places(tmp_path):
    write_article(tmp_path, "2025-10-21-a.md", slug="one")
    write_article(tmp_path, "2025-10-21-b.md", slug="two")
    import_site(tmp_path)
    write_article(tmp_path, "2025-10-21-a.md", slug="two")
    write_article(tmp_path, "2025-10-21-b.md", slug="one")
    report = import_site(tmp_path)
    assert not report.notes
    assert addresses() == {
        "_posts/2025-10-21-a.md": "2025-10-21/two",
        "_posts/2025-10-21-b.md": "2025-10-21/one",
    }
    assert "/2025/10/21/one/" not in redirects()


def test_a_guid_never_changes_and_the_old_address_leads_to_the_new_one(tmp_path):
    write_article(tmp_path, "2025-10-21-a.md")
    import_site(tmp_path)
    write_article(tmp_path, "2025-10-21-a.md", date="2025-10-23 09:00:00 +0900", guid="urn:other")
    import_site(tmp_path)
    post = Post.objects.get()
    assert post.guid == "https://news.example.jp/2025/10/21/a/"
    assert f"{post.published_on}" == "2025-10-23"
    assert redirects() == {"/2025/10/21/a/": post.source_name}


def test_a_new_date_after_the_old_expiry_is_no_trouble(tmp_path):
    write_article(tmp_path, expires_at="2025-10-22")
    import_site(tmp_path)
    write_article(tmp_path, date="2025-11-01", expires_at="2025-11-02")
    assert not import_site(tmp_path).problems
    assert Post.objects.get().expires_at == tokyo(2025, 11, 2)


def test_a_new_article_at_a_left_address_gets_a_guid_of_its_own(tmp_path):
    write_article(tmp_path, "2025-10-21-a.md")
    import_site(tmp_path)
    write_article(tmp_path, "2025-10-21-a.md", slug="b")
    write_article(tmp_path, "2025-10-21-c.md", slug="a")
    import_site(tmp_path)
    assert Post.objects.get(slug="a").guid.startswith("urn:uuid:")
    assert redirects().get("/2025/10/21/a/") is None


def test_guids_come_from_the_url_of_the_old_site(tmp_path):
    write(tmp_path, "_config.yml", 'url: "https://old.example/"\n')
    import_site(write_article(tmp_path, "2025-10-21-規制.md"))
    assert Post.objects.get().guid == "https://old.example/2025/10/21/%E8%A6%8F%E5%88%B6/"


def test_links_by_the_files_date_or_with_the_untrimmed_slug_are_mended(tmp_path):
    import_site(write_article(tmp_path, "2025-10-20-x-.md", date="2025-10-20 22:00:00 +0000"))
    assert set(redirects()) == {"/2025/10/20/x-/", "/2025/10/20/x/", "/2025/10/21/x-/"}


def test_an_alias_never_hides_a_post(tmp_path):
    write_article(tmp_path, "2025-10-20-x.md", date="2025-10-21 01:00:00 +0900")
    write_article(tmp_path, "2025-10-19-x.md", date="2025-10-20 01:00:00 +0900")
    import_site(tmp_path)
    assert redirects() == {"/2025/10/19/x/": "_posts/2025-10-19-x.md"}


def test_an_article_imported_later_takes_its_address_from_an_alias(tmp_path):
    import_site(write_article(tmp_path / "a", "2025-10-20-x.md", date="2025-10-21 01:00:00 +0900"))
    assert set(redirects()) == {"/2025/10/20/x/"}
    import_site(write_article(tmp_path / "b", "2025-10-19-x.md", date="2025-10-20 01:00:00 +0900"))
    assert redirects() == {"/2025/10/19/x/": "_posts/2025-10-19-x.md"}


@pytest.mark.parametrize("given", ["/old/x", ["/old/x/", "https://old.example/old/x/?a=1"], "/old/%78/"])
def test_redirect_from_is_a_text_or_a_list_in_any_spelling(tmp_path, given):
    import_site(write_article(tmp_path, redirect_from=given))
    assert set(redirects()) == {"/old/x/"}


def test_a_path_that_is_named_goes_before_one_that_is_guessed(tmp_path):
    write_article(tmp_path, "2025-10-20-x.md", date="2025-10-21 01:00:00 +0900")
    write_article(
        tmp_path, "2025-10-01-y.md", date="2025-10-01 01:00:00 +0900", redirect_from="/2025/10/20/x/"
    )
    import_site(tmp_path)
    assert redirects()["/2025/10/20/x/"] == "_posts/2025-10-01-y.md"


def test_of_two_articles_that_name_one_path_the_later_gets_it(tmp_path):
    write_article(tmp_path, "2025-10-21-b.md", redirect_from="/old/")
    write_article(tmp_path, "2025-10-22-a.md", date="2025-10-22", redirect_from="/old/")
    import_site(tmp_path)
    assert redirects()["/old/"] == "_posts/2025-10-22-a.md"


def test_a_permalink_of_another_form_leads_to_the_post(tmp_path):
    report = import_site(write_article(tmp_path, permalink="/news/first.html"))
    assert redirects() == {"/news/first.html": "_posts/2025-10-21-first.md"}
    assert [note.line for note in report.notes] == [4]


def test_a_redirect_that_an_editor_made_stays(tmp_path):
    post = make_post()
    Redirect.objects.create(old_path="/old/", post=post)
    import_site(write_article(tmp_path, redirect_from="/old/"))
    assert Redirect.objects.get(old_path="/old/").post == post


def test_an_address_is_never_longer_than_can_be_stored(tmp_path):
    slug = "a" * 200
    write_article(tmp_path, "2025-10-21-a.md", slug=slug)
    write_article(tmp_path, "2025-10-21-b.md", slug=slug)
    write_article(tmp_path, "2025-10-21-c.md", slug=slug + "a")
    report = import_site(tmp_path)
    assert sorted(map(len, Post.objects.values_list("slug", flat=True))) == [196, 200]
    assert report.posts.failed == ["_posts/2025-10-21-c.md"]
