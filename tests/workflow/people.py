"""Members of the three roles, as a new site has them."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection

from blog.workflow.roles import EDITOR, PUBLISHER, WRITER
from tests.factories import make_staff


def member(role: str, username: str = ""):
    """A new member of staff in that group."""
    if not Group.objects.filter(name=role).exists():  # a test with real transactions has emptied the tables
        import_module("blog.migrations.0004_roles").make_roles(apps, connection.schema_editor())
    user = make_staff(username or f"{role}-{get_user_model().objects.count()}")
    user.groups.set([Group.objects.get(name=role)])
    return user


def make_writer(username: str = ""):
    return member(WRITER, username)


def make_editor(username: str = ""):
    return member(EDITOR, username)


def make_publisher(username: str = ""):
    return member(PUBLISHER, username)
