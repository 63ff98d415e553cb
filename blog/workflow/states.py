"""What the newsroom calls the state of a post: its status, seen at this moment."""

from blog.models import Post
from blog.workflow.models import State

UNPUBLISHED = frozenset({State.DRAFT, State.IN_REVIEW})
SEEN_BY_READERS = frozenset({State.PUBLIC, State.EXPIRED})


def state_of(post: Post) -> State:
    if post.is_public:
        return State.PUBLIC
    if post.is_scheduled:
        return State.SCHEDULED
    return State.EXPIRED if post.status == Post.Status.PUBLISHED else State(post.status)
