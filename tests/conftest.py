"""Fixtures that more than one test module needs. Rows are made by the functions in factories.py."""

import datetime

import pytest
from django.utils import timezone


@pytest.fixture
def media_root(settings, tmp_path):
    """An empty media folder for this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def clock(monkeypatch):
    """Moves the clock: `clock(seconds=90)` from where it is."""
    moment = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])

    def move(**by):
        moment[0] += datetime.timedelta(**by)

    return move
