"""The library of pictures: where each is used, searching, replacing, adding several."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image as Pillow

from blog.admin.media import ImageAdmin
from blog.audit import AuditEntry
from blog.exporter import export_site
from blog.importer import import_site
from blog.media.pictures import prepare
from blog.models import FormerFile, Image, ImageUse, Page, Post
from tests.admin_pages import save_form, staff_with, texts
from tests.factories import make_draft, make_image, make_page, make_post, make_staff, picture_bytes
from tests.jekyll_site import write_article, write_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LIST, UPLOAD = "/admin/blog/image/", "/admin/blog/image/upload/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def address_of(image) -> str:
    return f"/media/{image.file.name}"


def used_by(owner) -> list[Image]:
    return [use.image for use in owner.image_uses.order_by("image_id")]


def shown(image, alt="") -> str:
    return f"![{alt}]({address_of(image)})"


def listed(browser, **query) -> list[Image]:
    return list(browser.get(LIST, query).context["cl"].result_list)


def upload(content: bytes, name="写真.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


@pytest.fixture
def replace(django_capture_on_commit_callbacks):
    def replaced(image, content: bytes, name="new.png") -> None:
        with django_capture_on_commit_callbacks(execute=True):
            image.replace(*prepare(content), name)

    return replaced


# Where a picture is used


@pytest.mark.parametrize("make", [make_draft, make_page], ids=["post", "page"])
def test_pictures_in_a_body_are_known_from_the_save_on(make):
    first, second = make_image(filename="図 一.png"), make_image()
    owner = make(body=f"{shown(first)}\n\n{shown(first)}\n\n{shown(second)}")
    assert used_by(owner) == [first, second]
    owner.body = shown(second)
    owner.save()
    assert used_by(owner) == [second]
    owner.delete()
    assert not ImageUse.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        "![]({})",
        '<img src="{}" alt="">',
        "[大きく見る]({})",
        "![](https://news.example.jp{})",
        "[![]({})](/x/)",
    ],
)
def test_every_way_to_show_or_link_a_picture_is_a_use(form):
    image = make_image(filename="図.png")
    assert used_by(make_draft(body=form.format(address_of(image)))) == [image]


def test_the_path_of_the_old_site_is_a_use():
    image = make_image(old_path="/assets/images/図.png")
    assert used_by(make_draft(body="![](/assets/images/図.png)")) == [image]


def test_a_picture_address_in_code_is_no_use():
    assert used_by(make_draft(body=f"`{shown(make_image())}`")) == []


def test_a_save_of_other_fields_leaves_the_uses():
    image = make_image()
    post = make_draft(body=shown(image))
    post.title = "別の題"
    post.save(update_fields=["title"])
    assert used_by(post) == [image]


def test_uses_follow_the_admin_form(admin_client):
    image = make_image()
    post = make_draft()
    save_form(admin_client, f"/admin/blog/post/{post.pk}/change/", body=shown(image))
    assert used_by(post) == [image]


def test_uses_follow_an_import_and_the_next_one(tmp_path):
    write_picture(tmp_path, "assets/images/a.png"), write_picture(tmp_path, "assets/images/b.png")
    write_article(tmp_path, body="![](/assets/images/a.png)")
    import_site(tmp_path)
    assert [image.old_path for image in used_by(Post.objects.get())] == ["/assets/images/a.png"]
    write_article(tmp_path, body="![](/assets/images/b.png)")
    import_site(tmp_path)
    assert [image.old_path for image in used_by(Post.objects.get())] == ["/assets/images/b.png"]


def test_a_save_that_is_taken_back_takes_its_uses_back():
    image = make_image()
    with pytest.raises(RuntimeError), transaction.atomic():
        make_draft(body=shown(image))
        raise RuntimeError
    assert not ImageUse.objects.exists()


def test_many_pictures_in_a_body_cost_as_many_queries_as_two():
    def cost(count: int) -> int:
        post = make_draft()
        post.body = "\n\n".join(f"[{n}]({address_of(make_image())})" for n in range(count))
        with CaptureQueriesContext(connection) as captured:
            post.save()
        return len(captured)

    assert cost(2) == cost(12)


def test_the_database_refuses_a_use_of_nothing_or_twice():
    image, post, page = make_image(), make_draft(), make_page()
    for rows in (
        [{}],
        [{"post": post, "page": page}],
        [{"post": post}, {"post": post}],
        [{"page": page}, {"page": page}],
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImageUse.objects.bulk_create(ImageUse(image=image, **row) for row in rows)


def test_a_used_picture_is_not_deleted_past_the_admin_either():
    image = make_image()
    make_draft(body=shown(image))
    with pytest.raises(ProtectedError):
        image.delete()


def test_the_pages_of_a_picture_say_where_it_is_and_how(admin_client):
    image = make_image()
    make_draft("カバーの記事", cover=image)
    make_draft("本文の記事", body=shown(image))
    make_page("使うページ", body=shown(image))
    for page in ("change", "replace", "delete"):
        content = admin_client.get(f"{LIST}{image.pk}/{page}/").content.decode()
        for text in ("カバーの記事</a> (cover)", "本文の記事</a> (body)", "使うページ</a> (page)"):
            assert text in content


def test_an_alternative_text_given_later_reaches_the_articles(admin_client):
    image = make_image(alt="")
    post = make_post(body=shown(image))
    save_form(admin_client, f"{LIST}{image.pk}/change/", alt="後から書いた説明")
    assert 'alt="後から書いた説明"' in Post.objects.get(pk=post.pk).body_html


@pytest.mark.parametrize("way", ["page", "list"])
def test_a_picture_that_comes_into_use_while_it_is_deleted_stays(admin_client, monkeypatch, way):
    image = make_image()
    make_draft("急ぐ記事", body=shown(image))
    check = ImageAdmin.get_deleted_objects

    def checked_a_moment_too_early(self, objs, request):
        monkeypatch.setattr(ImageAdmin, "get_deleted_objects", check)
        return [], {}, set(), []

    monkeypatch.setattr(ImageAdmin, "get_deleted_objects", checked_a_moment_too_early)
    if way == "page":
        response = admin_client.post(f"{LIST}{image.pk}/delete/", {"post": "yes"})
        assert "急ぐ記事" in response.content.decode()
    else:
        fields = {"action": "delete_selected", "_selected_action": [image.pk], "post": "yes"}
        response = admin_client.post(LIST, fields, follow=True)
        assert any("came into use" in text for text in texts(response, "messagelist"))
    assert Image.objects.get() == image


# The list


def test_the_list_filters_what_nothing_uses(admin_client):
    unused = make_image()
    make_post(cover=make_image()), make_draft(body=shown(make_image())), make_page(body=shown(make_image()))
    assert listed(admin_client, use="none") == [unused]


def test_unused_pictures_are_deleted_together_and_a_used_one_stops_it(admin_client, media_root):
    unused, used = [make_image(), make_image()], make_image()
    make_draft(cover=used)
    keys = [image.pk for image in [*unused, used]]
    fields = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    assert "Nothing was deleted" in admin_client.post(LIST, fields).content.decode()
    assert Image.objects.count() == 3
    admin_client.post(LIST, fields | {"_selected_action": keys[:2]})
    assert list(Image.objects.all()) == [used]


@pytest.mark.parametrize(
    "query", ["ｸﾞﾗﾌ", "グラフ ＡＩ", "ai", "チャート", "共同", "cc by", "内輪", "旧-図.PNG"]
)
def test_pictures_are_found_by_all_their_texts_in_any_width_or_case(admin_client, query):
    image = make_image(
        alt="AIのグラフ",
        filename="チャート.png",
        credit="共同通信",
        licence="ＣＣ ＢＹ 4.0",
        notes="内輪のメモ",
        old_path="/assets/旧-図.png",
    )
    make_image(alt="円", filename="b.png")
    assert listed(admin_client, q=query) == [image]


def test_the_search_follows_a_changed_text(admin_client):
    image = make_image(alt="前")
    image.alt = "後の説明"
    image.save(update_fields=["alt"])
    assert listed(admin_client, q="後の説明") == [image]


def test_the_list_filters_by_licence_and_by_who_uploaded(admin_client, admin_user):
    mine = make_image(licence="CC BY 4.0", uploaded_by=admin_user)
    make_image(uploaded_by=make_staff("other"))
    assert listed(admin_client, licence="CC BY 4.0") == [mine]
    assert listed(admin_client, uploaded_by__id__exact=admin_user.pk) == [mine]


def test_what_a_person_uploads_has_a_small_picture_at_once(admin_client, media_root):
    admin_client.post(UPLOAD, {"file": upload(picture_bytes((1600, 900)))})
    image = Image.objects.get()
    with Pillow.open(media_root / image.thumbnail.name) as small:
        assert small.size == (320, 180)
    assert image.thumbnail.url in admin_client.get(LIST).content.decode()
    assert image.sha256[2:34] in image.thumbnail.url, "it cannot be guessed"


def test_an_imported_picture_gets_its_small_one_when_it_is_first_seen(admin_client):
    image = make_image(size=(800, 400))
    address = f"/admin/blog/image/{image.pk}/thumbnail/"
    assert address in admin_client.get(LIST).content.decode()
    assert admin_client.get(address).status_code == 200
    image.refresh_from_db()
    assert image.thumbnail
    assert address not in admin_client.get(LIST).content.decode()


def test_the_files_of_a_deleted_picture_go_with_it(media_root, django_capture_on_commit_callbacks):
    image = Image.objects.upload(picture_bytes(), "a.png")
    with django_capture_on_commit_callbacks(execute=True):
        image.delete()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_no_folder_of_pictures_is_listed_and_none_is_counted_up(client):
    image = make_image()
    folder = address_of(image).rsplit("/", 1)[0]
    for path in ("/media/", "/media/images/", f"{folder}/", folder, f"/media/{image.pk}"):
        assert client.get(path).status_code == 404
    for path in ("thumbnail/", "change/", "replace/"):
        assert client.get(f"{LIST}{image.pk}/{path}").status_code == 302
    client.force_login(staff_with("view_page"))
    assert client.get(f"{LIST}{image.pk}/thumbnail/").status_code == 403
    client.logout()
    assert client.get("/admin/blog/image/choices/").status_code == 302


# Replacing


def test_everything_that_shows_the_picture_shows_the_new_file(client, media_root, replace):
    image = make_image(size=(64, 36), filename="old.png", alt="図")
    old = image.file.name
    cover = make_post(cover=image, slug="cover")
    body, page = make_post(body=shown(image)), make_page(body=shown(image))
    before = Post.objects.values("body", "updated_at").get(pk=body.pk)
    replace(image, picture_bytes((80, 50)))
    image.refresh_from_db()
    assert (image.width, image.height, image.alt) == (80, 50, "図")
    for model, row in ((Post, body), (Page, page)):
        html = model.objects.get(pk=row.pk).body_html
        assert image.file.url in html
        assert 'width="80"' in html
    assert image.file.url in client.get(cover.get_absolute_url()).content.decode()
    assert Post.objects.values("body", "updated_at").get(pk=body.pk) == before, "a replacement is no edit"
    assert FormerFile.objects.get().path == old


def test_the_old_address_leads_to_the_newest_file(client, media_root, replace):
    image = make_image(filename="old.png")
    first = address_of(image)
    for _ in range(2):
        replace(image, picture_bytes())
    response = client.get(first)
    assert (response.status_code, response.headers["Location"]) == (301, image.file.url)
    assert b"".join(client.get(image.file.url).streaming_content)
    assert len(list((media_root / "images").rglob("*.png"))) == 1


def test_an_old_address_typed_in_a_body_or_restored_from_history_shows_the_new_file(replace):
    image = make_image()
    old_body = shown(image)
    replace(image, picture_bytes())
    post = make_draft(body=old_body)
    assert image.file.url in post.body_html
    assert used_by(post) == [image]


def test_the_address_of_the_old_site_leads_to_the_new_file(client, replace):
    image = make_image(old_path="/assets/images/a.png")
    make_post(cover=image)
    replace(image, picture_bytes())
    assert client.get("/assets/images/a.png").headers["Location"] == image.file.url


def test_bytes_that_come_back_get_another_address_so_that_nothing_loops(client, replace):
    content = picture_bytes()
    image = Image.objects.upload(content, "a.png")
    first = address_of(image)
    replace(image, picture_bytes(), "b.png")
    replace(image, content, "a.png")
    assert address_of(image) != first
    assert client.get(first).headers["Location"] == image.file.url


def test_the_bytes_of_another_picture_are_refused_and_it_is_named(admin_client, media_root):
    other, content = make_image(alt="別の図"), picture_bytes()
    image = Image.objects.upload(content, "a.png")
    with other.file.open("rb") as file:
        theirs = file.read()
    for offered, reason in ((theirs, "別の図"), (content, "here already")):
        response = admin_client.post(f"{LIST}{image.pk}/replace/", {"file": upload(offered)})
        assert reason in texts(response, "errorlist")[0]
    assert not FormerFile.objects.exists()


def test_bytes_that_somebody_stores_in_this_moment_are_refused_too(admin_client, media_root, monkeypatch):
    image, content = make_image(), picture_bytes()
    other = Image.objects.upload(content, "b.png")
    seen = iter([None, None, other])
    monkeypatch.setattr(type(Image.objects), "with_content", lambda self, content: next(seen))
    response = admin_client.post(f"{LIST}{image.pk}/replace/", {"file": upload(content)})
    assert "in the library already" in texts(response, "errorlist")[0]
    assert Image.objects.get(pk=image.pk).file.name == image.file.name
    assert len(list((media_root / "images").rglob("*.png"))) == 2


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html></html>", b""])
def test_what_is_no_picture_replaces_nothing(admin_client, content):
    image = make_image()
    response = admin_client.post(f"{LIST}{image.pk}/replace/", {"file": upload(content)})
    assert texts(response, "errorlist")
    assert not FormerFile.objects.exists()


def test_a_replacement_by_the_page_is_recorded(admin_client, admin_user):
    image = make_image()
    admin_client.post(f"{LIST}{image.pk}/replace/", {"file": upload(picture_bytes())})
    assert FormerFile.objects.filter(image=image).exists()
    assert AuditEntry.objects.get(action="replaced").user == admin_user


def test_replacing_and_choosing_need_their_permission(client):
    image = make_image()
    client.force_login(staff_with("view_image"))
    assert client.post(f"{LIST}{image.pk}/replace/", {"file": upload(picture_bytes())}).status_code == 403
    assert client.get("/admin/blog/image/choices/").status_code == 200
    client.force_login(staff_with("change_post"))
    assert client.get("/admin/blog/image/choices/").status_code == 403
    assert client.post(UPLOAD, {"file": upload(picture_bytes())}).status_code == 403


def test_an_export_with_a_replaced_picture_comes_back_whole(tmp_path, replace):
    image = make_image(filename="a.png", licence="CC0 1.0", notes="申請済み")
    make_post(body=shown(image))
    replace(image, picture_bytes((80, 50)))
    export_site(tmp_path / "site")
    Post.objects.all().delete(), Image.objects.all().delete()
    import_site(tmp_path / "site")
    post = Post.objects.get()
    assert Image.objects.get().file.url in post.body_html
    assert used_by(post) == [Image.objects.get()]
    assert (Image.objects.get().licence, Image.objects.get().notes) == ("CC0 1.0", "申請済み")


# Several at once


def test_one_of_several_files_is_stored_with_its_texts(admin_client, admin_user):
    fields = {"file": upload(picture_bytes()), "alt": "青い図", "credit": "甲", "licence": "CC0 1.0"}
    answer = admin_client.post(UPLOAD, fields).json()
    image = Image.objects.get()
    assert (image.alt, image.credit, image.licence, image.uploaded_by) == (
        "青い図",
        "甲",
        "CC0 1.0",
        admin_user,
    )
    assert (answer["id"], answer["thumbnail"], answer["existing"]) == (image.pk, image.thumbnail.url, False)


def test_the_same_file_again_is_told_and_stored_once(admin_client):
    content = picture_bytes()
    admin_client.post(UPLOAD, {"file": upload(content)})
    answer = admin_client.post(UPLOAD, {"file": upload(content), "alt": "後から"}).json()
    assert answer["existing"]
    assert Image.objects.get().alt == "後から"


def test_each_refusal_is_a_reason_in_japanese(admin_client, monkeypatch):
    bomb = io.BytesIO()
    Pillow.new("1", (10_000, 10_000)).save(bomb, "PNG")
    with translation.override("ja"):
        for content, reason in (
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
            (b"<html><script>1</script></html>", "いずれの画像でもありません"),
            (picture_bytes()[:60], "壊れて"),
            (bomb.getvalue(), "画素数"),
            (b"\xff\xd8\xff" + b"0" * (20 << 20), "20 MB"),
        ):
            response = admin_client.post(UPLOAD, {"file": upload(content)})
            assert response.status_code == 400
            assert reason in response.json()["file"][0]
    assert not Image.objects.exists()


def test_a_text_that_is_too_long_is_refused_before_anything_is_stored(admin_client):
    response = admin_client.post(UPLOAD, {"file": upload(picture_bytes()), "alt": "長" * 301})
    assert list(response.json()) == ["alt"]
    assert not Image.objects.exists()


def test_the_choices_of_a_cover_come_in_pages_the_newest_first(admin_client):
    images = [make_image(alt=f"図{number}") for number in range(32)]
    answer = admin_client.get("/admin/blog/image/choices/", {"q": "図"}).json()
    assert [row["id"] for row in answer["results"][:2]] == [images[31].pk, images[30].pk]
    rest = admin_client.get("/admin/blog/image/choices/", {"q": "図", "page": answer["next"]}).json()
    assert [row["text"] for row in rest["results"]] == ["図1", "図0"]
    assert rest["next"] is False


@pytest.mark.parametrize("query", [{"page": "x"}, {"page": "999"}, {"q": "\0"}, {"q": "あ" * 5000}])
def test_no_question_breaks_the_choices(admin_client, query):
    make_image()
    assert admin_client.get("/admin/blog/image/choices/", query).status_code == 200
