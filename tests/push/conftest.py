import pytest

from blog.outbox.work import Worker
from blog.push.handlers import HANDLERS
from tests.factories import make_author, make_category, make_tag
from tests.push.hub import Hub


@pytest.fixture
def hub(settings):
    """A hub that the site knows."""
    hub = Hub()
    settings.WEBSUB_HUBS = [hub.url]
    yield hub
    hub.close()


@pytest.fixture
def work():
    """Do everything that is due; how many tasks that was."""

    def run() -> int:
        count = 0
        while Worker(HANDLERS).work_one():
            count += 1
        return count

    return run


@pytest.fixture
def subjects():
    """A category, an author and a tag, as fields of a post."""
    return {
        "category": make_category("技術解説", slug="tech"),
        "author": make_author("山の上", slug="yama"),
        "tags": [make_tag("AI", slug="ai")],
    }
