"""Which links between articles lead nowhere, and when the desk learns of it."""

import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.history.recording import versions_of
from blog.models import DeadLink, Post, Redirect
from blog.overview.links import check_all, check_post, dead_paths, internal_links
from tests.admin_pages import form_fields, post_page, save_form
from tests.factories import (
    make_author,
    make_category,
    make_draft,
    make_expired,
    make_image,
    make_page,
    make_post,
    make_scheduled,
    make_tag,
    make_withdrawn,
    tokyo,
    withdraw,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
MOMENT = {"published_at": tokyo(2025, 10, 21, 9, 0)}


def dead() -> set[tuple[str, str]]:
    return set(DeadLink.objects.values_list("post__title", "path"))


def test_only_links_within_the_site_are_looked_at(settings):
    found = internal_links(
        '<a href="/2025/10/21/a/#x">一</a> <a class="y" href="https://news.example.jp/about/">二</a>'
        '<a href="https://example.com/z/">外</a> <a href="//example.com/">外</a> <a href="#here">中</a>'
        '<a href="/tags/%E7%94%9F%E6%88%90ai/?a=1&amp;b=2">三</a> <a href="mailto:a@example.jp">便</a>'
    )
    assert found == {"/2025/10/21/a/", "/about/", "/tags/生成ai/"}


def test_what_readers_can_open_is_alive():
    make_post(slug="日本語", **MOMENT)
    make_category("投資", slug="toshi")
    make_tag("生成AI")
    make_author("山田", slug="yamada")
    make_page(slug="about")
    image = make_image(old_path="/assets/images/a.png")
    alive = {
        "/",
        "/2025/10/21/日本語/",
        "/2025/10/",
        "/archive/",
        "/search/",
        "/feed.xml",
        "/category/toshi/",
        "/category/toshi/page/2/",
        "/category/toshi/feed.xml",
        "/tags/生成ai/",
        "/authors/yamada/",
        "/about/",
        "/assets/images/a.png",
        image.file.url,
    }
    assert dead_paths(alive) == set()


def test_what_readers_cannot_open_is_dead():
    make_draft(slug="draft", **MOMENT)
    make_withdrawn(slug="gone", **MOMENT)
    make_expired(slug="old", **MOMENT)
    make_post(slug="other-day", published_at=tokyo(2025, 10, 22, 9, 0))
    make_page(slug="hidden", is_published=False)
    gone = {
        "/2025/10/21/draft/",
        "/2025/10/21/gone/",
        "/2025/10/21/old/",
        "/2025/10/21/other-day/",
        "/2025/13/41/x/",
        "/category/none/",
        "/tags/none/",
        "/authors/none/",
        "/hidden/",
        "/none/",
        "/no/such/place",
        "/assets/none.png",
        "/media/images/none.png",
    }
    assert dead_paths(gone) == gone


def test_an_old_address_is_alive_as_long_as_its_post_is_public():
    Redirect.objects.create(old_path="/2025/10/20/moved/", post=make_post())
    Redirect.objects.create(old_path="/2025/10/20/withdrawn/", post=make_withdrawn())
    assert dead_paths({"/2025/10/20/moved/", "/2025/10/20/withdrawn/"}) == {"/2025/10/20/withdrawn/"}


def test_the_queries_do_not_grow_with_the_links():
    def queries(paths):
        with CaptureQueriesContext(connection) as captured:
            dead_paths(paths)
        return len(captured)

    one = queries({"/2025/10/21/a/", "/tags/a/", "/a/"})
    many = queries({f"{start}{n}/" for n in range(100) for start in ("/2025/10/21/", "/tags/", "/")})
    assert one == many


def test_the_command_finds_dead_links_of_public_posts_and_forgets_the_mended_ones():
    make_post("甲", body="[ない](/nowhere/) [ある](/archive/)")
    make_post("乙", body="[ない](/nowhere/)")
    make_draft("下書き", body="[ない](/nowhere/)")
    DeadLink.objects.create(post=make_post("直した", body="直した。"), path="/nowhere/")
    output = io.StringIO()
    call_command("check_links", stdout=output)
    assert dead() == {("甲", "/nowhere/"), ("乙", "/nowhere/")}
    assert output.getvalue().strip() == "3 posts read, 2 dead links."


def test_a_link_dies_with_its_target():
    target = make_post(slug="target", **MOMENT)
    make_post("甲", body=f"[先]({target.get_absolute_url()})")
    check_all()
    assert dead() == set()
    withdraw(target)
    check_all()
    assert dead() == {("甲", "/2025/10/21/target/")}


def test_saving_a_post_at_the_desk_checks_its_links(admin_client):
    post = make_post("甲", body="[ない](/nowhere/)")
    save_form(admin_client, post_page(post))
    assert dead() == {("甲", "/nowhere/")}
    save_form(admin_client, post_page(post), body="[ある](/archive/)")
    assert dead() == set()


def test_checking_a_post_twice_changes_nothing():
    post = make_post(body="[ない](/nowhere/) [また](/nowhere/#x)")
    check_post(post)
    before = list(DeadLink.objects.values_list("pk", flat=True))
    check_post(post)
    assert list(DeadLink.objects.values_list("pk", flat=True)) == before
    assert len(before) == 1


def test_a_link_longer_than_any_address_is_kept_as_far_as_it_fits():
    check_post(make_post(body=f"[長い](/2025/10/21/{'あ' * 900}/) [もっと](/2025/10/21/{'あ' * 901}/)"))
    assert len(DeadLink.objects.get().path) == 500


def test_a_link_to_a_scheduled_post_is_dead_until_its_moment():
    target = make_scheduled()
    check_post(make_post("甲", body=f"[先]({target.get_absolute_url()})"))
    assert dead() == {("甲", target.get_absolute_url())}


def test_the_filtered_list_names_the_dead_links(admin_client):
    DeadLink.objects.create(post=make_post("甲"), path="/nowhere/")
    page = admin_client.get("/admin/blog/post/", {"problem": "dead_links"}).content.decode()
    assert "<li>/nowhere/</li>" in page
    assert "/nowhere/" not in admin_client.get("/admin/blog/post/").content.decode()


def test_a_restored_version_brings_the_list_of_dead_links_up_to_date(admin_client):
    post = make_post(body="[先](/2020/01/01/none/)", status="draft")
    save_form(admin_client, post_page(post), body="リンクなし。")
    assert not post.dead_links.exists()
    oldest = versions_of(Post, post.pk).last()
    address = f"/admin/blog/post/{post.pk}/history/{oldest.pk}/restore/"
    admin_client.post(address, form_fields(admin_client.get(address)))
    assert post.dead_links.exists()


def test_a_relative_link_is_followed_and_the_desk_is_no_place_for_readers():
    assert internal_links('<a href="../../../../about/">a</a>') == {"/about/"}
    assert dead_paths({"/admin/"}) == {"/admin/"}
