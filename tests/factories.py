"""Rows for tests. Each function saves one row with sensible fields; keyword arguments override them.

A category, an author or a tag may be given by name.
"""

import datetime
import io
import itertools

from django.contrib.auth import get_user_model
from django.utils import timezone
from PIL import Image as Pillow

from blog.addresses import TOKYO
from blog.models import Author, Category, Image, Page, Post, Tag

_numbers = itertools.count(1)


def tokyo(*parts: int) -> datetime.datetime:
    """`tokyo(2025, 10, 21, 9, 30)`: that moment in Tokyo."""
    return datetime.datetime(*parts, tzinfo=TOKYO)


def hours_ago(hours: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(hours=hours)


def make_category(name: str = "技術解説", **fields) -> Category:
    """The category of that name; the same row when it is asked for twice."""
    return Category.objects.filter(name=name).first() or Category.objects.create(name=name, **fields)


def make_author(name: str = "編集部", **fields) -> Author:
    """The author of that name; the same row when it is asked for twice."""
    return Author.objects.filter(name=name).first() or Author.objects.create(name=name, **fields)


def make_tag(name: str = "生成AI", **fields) -> Tag:
    """The tag of that name; the same row when it is asked for twice."""
    return Tag.objects.filter(name=name).first() or Tag.objects.create(name=name, **fields)


def make_post(title: str = "", *, tags=(), **fields) -> Post:
    """A public post, an hour old, with a category, an author, an excerpt and a short body."""
    number = next(_numbers)
    fields = {
        "title": title or f"見出し {number}",
        "slug": f"post-{number}",
        "excerpt": "要点をまとめた抜粋。",
        "body": "本文の一段落目。\n\n二段落目。",
        "category": "技術解説",
        "author": "編集部",
        "status": Post.Status.PUBLISHED,
        "published_at": hours_ago(1),
    } | fields
    if isinstance(fields["category"], str):
        fields["category"] = make_category(fields["category"])
    if isinstance(fields["author"], str):
        fields["author"] = make_author(fields["author"])
    post = Post.objects.create(**fields)
    if tags:
        post.tags.set(tags)
    return post


def make_draft(title: str = "", **fields) -> Post:
    return make_post(title, **{"status": Post.Status.DRAFT, "published_at": None} | fields)


def make_scheduled(title: str = "", **fields) -> Post:
    """Published, but for tomorrow."""
    return make_post(title, **{"published_at": hours_ago(-24)} | fields)


def make_withdrawn(title: str = "", **fields) -> Post:
    return make_post(title, **{"status": Post.Status.WITHDRAWN} | fields)


def make_expired(title: str = "", **fields) -> Post:
    return make_post(title, **{"published_at": hours_ago(48), "expires_at": hours_ago(1)} | fields)


def make_page(title: str = "編集方針", **fields) -> Page:
    return Page.objects.create(
        **{"title": title, "slug": f"page-{next(_numbers)}", "body": "この媒体について。"} | fields
    )


def picture_bytes(size: tuple[int, int] = (64, 36), format: str = "PNG", colour: str | None = None) -> bytes:
    """A real picture file. Every call gives another colour, so that no two are the same bytes."""
    number = next(_numbers)
    colour = colour or f"#{number % 256:02x}{number // 256 % 256:02x}7f"
    output = io.BytesIO()
    Pillow.new("RGB", size, colour).save(output, format)
    return output.getvalue()


def make_image(size: tuple[int, int] = (64, 36), filename: str = "cover.png", **fields) -> Image:
    return Image.objects.keep(picture_bytes(size), filename, **{"alt": "青い図"} | fields)


def publish(post: Post, at: datetime.datetime | None = None) -> None:
    """What the step of publishing or scheduling writes, without its questions."""
    post.status, post.published_at = Post.Status.PUBLISHED, at or post.published_at or timezone.now()
    post.save()


def withdraw(post: Post) -> None:
    """What the step of withdrawing writes, without its questions."""
    post.status = Post.Status.WITHDRAWN
    post.save()


def make_staff(username: str = "staff", **fields):
    """A user who may enter the admin, without any permission beyond that."""
    return get_user_model().objects.create_user(username, password="秘密の言葉123", is_staff=True, **fields)


def make_superuser(username: str = "chief", **fields):
    return get_user_model().objects.create_superuser(username, password="秘密の言葉123", **fields)
