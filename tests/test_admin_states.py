import pytest

from blog.admin.states import State, in_state, state_of
from blog.models import Post
from tests.factories import (
    hours_ago,
    make_draft,
    make_expired,
    make_post,
    make_scheduled,
    make_superuser,
    make_withdrawn,
)

pytestmark = pytest.mark.django_db


def one_of_each() -> dict[State, Post]:
    return {
        State.DRAFT: make_draft(),
        State.IN_REVIEW: make_draft(status="in_review"),
        State.SCHEDULED: make_scheduled(),
        State.PUBLIC: make_post(),
        State.EXPIRED: make_expired(),
        State.WITHDRAWN: make_withdrawn(),
    }


def test_every_state_is_told_from_every_other():
    for state, post in one_of_each().items():
        assert state_of(post) == state


def test_a_draft_with_a_date_is_a_draft():
    assert state_of(make_draft(published_at=hours_ago(1))) == State.DRAFT
    assert state_of(make_draft(published_at=hours_ago(-1))) == State.DRAFT


def test_the_database_and_python_agree_about_the_state():
    posts = one_of_each()
    for state, post in posts.items():
        assert list(in_state(Post.objects.all(), state)) == [post]


@pytest.mark.parametrize("state", State.values)
def test_the_list_is_filtered_by_state(admin_client, state):
    posts = one_of_each()
    found = admin_client.get("/admin/blog/post/", {"state": state}).context["cl"].queryset
    assert list(found) == [posts[State(state)]]


def test_an_unknown_state_in_the_address_filters_nothing(admin_client):
    one_of_each()
    assert admin_client.get("/admin/blog/post/?state=nonsense").context["cl"].result_count == 6


def test_the_state_has_a_text_and_a_shape_besides_its_colour(client):
    client.force_login(make_superuser())
    one_of_each()
    page = client.get("/admin/blog/post/").content.decode()
    for state in State:
        assert f'<span class="state state-{state.value}"><span aria-hidden="true">' in page
    shapes = {page.split(f'state-{state.value}"><span aria-hidden="true">')[1][0] for state in State}
    assert len(shapes) == len(State)
