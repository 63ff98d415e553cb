"""How people and moments are named in the texts of this package."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models.posts import Post


def person(user) -> str:
    return " ".join(filter(None, [user.last_name, user.first_name])) or user.get_username()


def spoken_moment(moment) -> str:
    """`today 14:32`, or `2025/10/21 14:32`; in Tokyo time."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return _("today %s") % date_format(local, "H:i")
    return date_format(local, _("Y/m/d H:i"))


def spoken_age(moment) -> str:
    """`just now`, `5 minutes ago`, `2 hours ago`."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%d minute ago", "%d minutes ago", minutes) % minutes
    return ngettext("%d hour ago", "%d hours ago", minutes // 60) % (minutes // 60)


def yourself() -> str:
    return _("You, in another window")


def others_since(post: Post, moment, user) -> str:
    """Who else changed the post since then, by the admin's log; a general word when nobody signed."""
    entries = (
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Post),
            object_id=str(post.pk),
            action_time__gte=moment,
        )
        .select_related("user")
        .order_by("-action_time")
    )
    names = dict.fromkeys(yourself() if entry.user == user else person(entry.user) for entry in entries[:20])
    return _(", ").join(names) or _("Somebody else")
