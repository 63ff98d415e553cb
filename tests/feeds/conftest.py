import pytest

from tests.factories import make_author, make_category, make_tag


@pytest.fixture
def subjects():
    """The rows that EVERY_FEED is about, as fields of a post."""
    return {
        "category": make_category("技術解説", slug="tech"),
        "author": make_author("山の上", slug="yama"),
        "tags": [make_tag("AI", slug="ai")],
    }
