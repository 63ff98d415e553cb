"""Fixtures that more than one test module needs. Rows are made by the functions in factories.py."""

import pytest


@pytest.fixture
def media_root(settings, tmp_path):
    """An empty media folder for this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT
