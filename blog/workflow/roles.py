"""Who sees, edits, reviews and publishes which posts. Roles are groups; what counts is their permissions.

A writer has posts that are their own: those they began, and those whose author is linked to their account.
"""

from django.db.models import Q

from blog.models import Post
from blog.querysets import PostQuerySet, public_filter, written_filter

WRITER, EDITOR, PUBLISHER = "ライター", "編集者", "公開責任者"


def sees_all(user) -> bool:
    """Whether the desk shows this user the unpublished posts of others, too."""
    return any(map(user.has_perm, ("blog.edit_any_post", "blog.review_post", "blog.publish_post")))


def visible_to(posts: PostQuerySet, user) -> PostQuerySet:
    """The posts that the desk shows to this user: all, or their own and what readers see."""
    if sees_all(user):
        return posts
    return posts.filter(public_filter() | written_filter(user))


def owns(user, post: Post) -> bool:
    return user.pk in {post.created_by_id, post.author and post.author.user_id}


def may_see_drafts(user, post: Post) -> bool:
    """What the post was before readers saw it, or is meant to become."""
    return sees_all(user) or owns(user, post)


def draft_filter(user) -> Q:
    """The posts with a working draft that this user may see."""
    waits = Q(working_draft__isnull=False)
    return waits if sees_all(user) else waits & written_filter(user)


def may_see(user, post: Post) -> bool:
    return post.is_public or may_see_drafts(user, post)


def may_edit(user, post: Post) -> bool:
    """Any post, or one's own while it is a draft; what is handed in belongs to the editors."""
    if not user.has_perm("blog.change_post"):
        return False
    own_draft = post.status == Post.Status.DRAFT and owns(user, post)
    return own_draft or user.has_perm("blog.edit_any_post") or user.has_perm("blog.publish_post")


def may_recall(user, post: Post) -> bool:
    return user.has_perm("blog.change_post") and owns(user, post)


def may_review(user, post: Post) -> bool:
    return user.has_perm("blog.review_post") or user.has_perm("blog.publish_post")


def may_publish(user, post: Post) -> bool:
    return user.has_perm("blog.publish_post")


def may_share(user, post: Post) -> bool:
    """Hand out a link to the preview of what is not public."""
    return user.has_perm("blog.change_post") and may_see_drafts(user, post)
