"""Old addresses: written by the model, answered by the middleware."""

import datetime
import unicodedata
from urllib.parse import unquote

import pytest
from django.db import IntegrityError, transaction

from blog.models import Post, Redirect
from tests.factories import hours_ago, make_draft, make_post, make_scheduled, make_withdrawn, tokyo, withdraw

pytestmark = pytest.mark.django_db

DAY = tokyo(2025, 10, 21, 9)
ONE_DAY = datetime.timedelta(days=1)


def move(post, **fields):
    """Give the post another slug or date, as an editor does, and return the address that it had."""
    old_address = post.get_absolute_url()
    for name, value in fields.items():
        setattr(post, name, value)
    post.save()
    return old_address


def redirects():
    return {redirect.old_path: redirect.post for redirect in Redirect.objects.select_related("post")}


def assert_sent_to(client, address, post):
    """One permanent redirect, straight to the page that answers."""
    response = client.get(address)
    assert response.status_code == 301
    assert response["Location"] == post.get_absolute_url()
    assert client.get(response["Location"]).status_code == 200


# Written


def test_a_new_slug_and_a_new_date_leave_the_old_addresses():
    post = make_post(slug="a", published_at=DAY)
    move(post, slug="b")
    move(post, published_at=DAY + ONE_DAY)
    assert redirects() == {"/2025/10/21/a/": post, "/2025/10/21/b/": post}


def test_another_hour_of_the_same_tokyo_day_leaves_nothing():
    post = make_post(slug="a", published_at=tokyo(2025, 10, 21, 0, 30))
    move(post, published_at=tokyo(2025, 10, 21, 23, 30))
    assert redirects() == {}


def test_an_hour_later_across_midnight_in_tokyo_is_another_address():
    post = make_post(slug="a", published_at=tokyo(2025, 10, 21, 23, 30))
    move(post, published_at=tokyo(2025, 10, 22, 0, 30))
    assert redirects() == {"/2025/10/21/a/": post}


def test_going_back_removes_the_redirect_that_would_be_a_loop():
    post = make_post(slug="a", published_at=DAY)
    move(post, slug="b")
    move(post, slug="a")
    assert redirects() == {"/2025/10/21/b/": post}
    move(post, slug="b")
    assert redirects() == {"/2025/10/21/a/": post}


def test_a_japanese_address_is_kept_decoded_and_composed():
    post = make_post(slug=unicodedata.normalize("NFD", "規制ガイド"), published_at=DAY)
    move(post, slug="guide")
    assert redirects() == {"/2025/10/21/規制ガイド/": post}


def test_what_was_never_public_leaves_nothing():
    move(make_draft(slug="a"), slug="b")
    move(make_draft(slug="c"), published_at=DAY)
    move(make_scheduled(slug="d"), slug="e")
    assert redirects() == {}


def test_a_withdrawn_post_leaves_its_address_too():
    post = make_withdrawn(slug="a", published_at=DAY)
    move(post, slug="b")
    assert redirects() == {"/2025/10/21/a/": post}


@pytest.mark.parametrize("between", [{}, {"published_at": None}], ids=["keeping its date", "losing its date"])
def test_a_post_that_goes_back_to_draft_does_not_lose_its_old_address(between):
    post = make_post(slug="a", published_at=DAY)
    move(post, status=Post.Status.DRAFT, **between)
    move(post, slug="b")
    move(post, status=Post.Status.PUBLISHED, published_at=DAY + ONE_DAY)
    assert redirects()["/2025/10/21/a/"] == post
    assert "/2025/10/22/b/" not in redirects()


def test_a_date_moved_into_the_future_leaves_the_address_that_readers_have():
    post = make_post(slug="a", published_at=DAY)
    move(post, published_at=hours_ago(-48))
    move(post, published_at=hours_ago(-96))
    assert redirects() == {"/2025/10/21/a/": post}


def test_a_save_that_does_not_store_the_slug_leaves_nothing():
    post = make_post(slug="a", published_at=DAY)
    post.slug = "not-stored"
    post.save(update_fields=["title"])
    assert redirects() == {}


def test_a_save_of_the_slug_alone_leaves_the_old_address():
    post = make_post(slug="a", published_at=DAY)
    post.slug = "b"
    post.save(update_fields=["slug"])
    assert redirects() == {"/2025/10/21/a/": post}


def test_a_save_that_fails_leaves_nothing():
    make_post(slug="taken", published_at=DAY)
    post = make_post(slug="a", published_at=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        move(post, slug="taken")
    assert redirects() == {}


@pytest.mark.parametrize(
    "typed",
    [
        "/2025/10/20/規制/",
        "2025/10/20/規制",
        "/2025/10/20/%E8%A6%8F%E5%88%B6/",
        "https://old.example.jp/2025/10/20/規制/?a=b#c",
    ],
)
def test_an_address_is_stored_in_one_spelling(typed):
    redirect = Redirect(old_path=typed, post=make_post())
    redirect.full_clean()
    redirect.save()
    assert Redirect.objects.get().old_path == "/2025/10/20/規制/"


def test_the_database_refuses_two_redirects_from_one_address_and_one_from_nowhere():
    post = make_post()
    Redirect.objects.create(old_path="/a/", post=post)
    for path in ("/a/", "a", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Redirect.objects.bulk_create([Redirect(old_path=path, post=post)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Redirect.objects.update(old_path="b")


def test_redirects_go_with_their_post():
    post = make_post(slug="a")
    move(post, slug="b")
    post.delete()
    assert not Redirect.objects.exists()


# Answered


def test_every_old_address_leads_straight_to_the_page_after_many_changes(client):
    post = make_post(slug="a", published_at=DAY)
    changes = [
        {"slug": "b"},
        {"published_at": DAY - ONE_DAY},
        {"slug": "a"},
        {"published_at": DAY},
        {"slug": "規制ガイド"},
        {"published_at": DAY + ONE_DAY, "slug": "b"},
        {"published_at": DAY - ONE_DAY},
        {"slug": "c"},
        {"slug": "規制ガイド", "published_at": DAY},
    ]
    addresses = {move(post, **change) for change in changes} - {post.get_absolute_url()}
    assert len(addresses) == 6
    for address in addresses:
        assert_sent_to(client, address, post)
    assert client.get(post.get_absolute_url()).status_code == 200
    assert not Redirect.objects.filter(old_path=unquote(post.get_absolute_url())).exists()


def test_two_posts_that_swap_their_addresses_are_both_found(client):
    one, two = make_post("一", slug="a", published_at=DAY), make_post("二", slug="b", published_at=DAY)
    move(one, slug="c")
    move(two, slug="a")
    move(one, slug="b")
    assert "二" in client.get("/2025/10/21/a/").content.decode()
    assert "一" in client.get("/2025/10/21/b/").content.decode()
    assert_sent_to(client, "/2025/10/21/c/", one)


def test_a_post_at_an_address_wins_and_the_redirect_waits_behind_it(client):
    old, new = (
        make_post("先の記事", slug="a", published_at=DAY),
        make_post("後の記事", slug="b", published_at=DAY),
    )
    move(old, slug="c")
    move(new, slug="a")
    assert "後の記事" in client.get("/2025/10/21/a/").content.decode()
    new.status = Post.Status.DRAFT
    new.save()
    assert_sent_to(client, "/2025/10/21/a/", old)


@pytest.mark.parametrize(
    "spelling",
    [
        "/2025/10/21/%E8%A6%8F%E5%88%B6%E3%82%AB%E3%82%99/",
        "/2025/10/21/%e8%a6%8f%e5%88%b6%e3%82%ac/",
        "/2025/10/21/規制ガ/?utm_source=x",
    ],
)
def test_an_old_address_is_recognised_in_any_encoding(client, spelling):
    post = make_post(slug="規制ガ", published_at=DAY)
    move(post, slug="b")
    assert_sent_to(client, spelling, post)


def test_head_is_redirected_as_well(client):
    post = make_post(slug="a", published_at=DAY)
    move(post, slug="b")
    assert client.head("/2025/10/21/a/").status_code == 301


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": "draft"},
        {"status": "in_review"},
        {"published_at": hours_ago(-48)},
        {"status": "draft", "published_at": None},
    ],
    ids=["draft", "in review", "scheduled", "draft without a date"],
)
def test_a_redirect_does_not_betray_what_readers_may_not_see(client, hidden):
    post = make_post(slug="a", published_at=DAY)
    move(post, slug="secret-codename")
    move(post, **hidden)
    response = client.get("/2025/10/21/a/")
    assert response.status_code == 404
    assert "secret" not in str(response.headers) + response.content.decode()


def test_the_old_address_of_a_withdrawn_post_leads_to_its_410(client):
    post = make_post(slug="a", published_at=DAY)
    move(post, slug="b")
    withdraw(post)
    response = client.get("/2025/10/21/a/")
    assert (response.status_code, response["Location"]) == (301, "/2025/10/21/b/")
    assert client.get("/2025/10/21/b/").status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "//[/",
        "//a.example/",
        f"/2025/10/21/{'長' * 600}/",
        "/\0/",
        "/2025/10/21/\0/",
        "/\ufffd/",
        "/?/",
        "/#",
    ],
)
def test_a_wrong_address_is_a_404_whatever_it_holds(client, path):
    as_wsgi_has_it = path.encode().decode("latin-1")  # PEP 3333
    assert client.get("/", PATH_INFO=as_wsgi_has_it).status_code == 404
