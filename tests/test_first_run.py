"""manage.py first_run: demo articles and a staff account once, nothing the second time."""

import datetime
import io
import re

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.utils import timezone

from blog.models import Page, Post
from tests.factories import make_draft, make_superuser

pytestmark = pytest.mark.usefixtures("db", "media_root")


def first_run() -> str:
    output = io.StringIO()
    call_command("first_run", stdout=output)
    return output.getvalue()


def test_an_empty_database_gets_a_newspaper():
    first_run()
    assert Post.objects.public().count() >= 12
    assert Post.objects.scheduled().exists()
    assert Post.objects.filter(status=Post.Status.DRAFT).exists()
    assert set(Page.objects.values_list("slug", flat=True)) == {"about", "privacy", "terms"}
    assert Post.objects.public().filter(cover=None).count() < Post.objects.public().count() / 2


def test_the_desk_of_a_first_visit_has_something_in_every_block(client):
    first_run()
    client.force_login(get_user_model().objects.get())
    desk = client.get("/admin/").context["desk"]
    assert all(block.count for block in desk["blocks"])
    soon = timezone.now() + datetime.timedelta(days=2)
    assert Post.objects.scheduled().filter(published_at__lt=soon).exists()
    assert Post.objects.filter(status=Post.Status.DRAFT, published_at__gt=timezone.now()).exists()


def test_every_link_between_demo_articles_leads_to_one(client):
    first_run()
    for post in Post.objects.public():
        for path in re.findall(r'href="(/[^"#]+)"', post.body_html):
            assert client.get(path).status_code == 200, (post.title, path)


def test_the_password_is_printed_once_and_works():
    password = re.search(r"now\): (\S+)", first_run())[1]
    assert authenticate(username="desk", password=password).is_superuser
    assert password not in first_run()


def test_a_database_in_use_is_left_alone():
    make_superuser()
    make_draft("書きかけ")
    output = first_run()
    assert output == ""
    assert Post.objects.count() == 1
    assert get_user_model().objects.count() == 1
