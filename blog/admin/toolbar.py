"""What the Markdown editor's toolbar offers, and what its script says."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

SIGNED_OUT = _("You are signed out. Sign in again in another tab; your text stays here.")
TOO_LONG = _("The text is larger than 10 MB.")


@dataclass(frozen=True)
class Tool:
    """`keys` go with Ctrl (on a Mac with ⌘); a letter stands for itself, `shift+7` for Ctrl+Shift+7."""

    command: str
    label: str
    keys: str = ""


TOOLS = [
    [
        Tool("bold", _("Bold"), "b"),
        Tool("italic", _("Italic"), "i"),
        Tool("strike", _("Strikethrough"), "shift+x"),
    ],
    [
        Tool("heading2", _("Large heading"), "alt+2"),
        Tool("heading3", _("Small heading"), "alt+3"),
        Tool("quote", _("Quotation"), "shift+9"),
    ],
    [
        Tool("bullets", _("Bulleted list"), "shift+8"),
        Tool("numbers", _("Numbered list"), "shift+7"),
        Tool("tasks", _("Task list"), "shift+6"),
    ],
    [
        Tool("link", _("Link"), "k"),
        Tool("post", _("Link to a post"), "shift+k"),
        Tool("picture", _("Insert picture")),
    ],
    [
        Tool("table", _("Table")),
        Tool("code", _("Source code"), "e"),
        Tool("footnote", _("Footnote")),
        Tool("rule", _("Rule")),
    ],
    [
        Tool("undo", _("Undo"), "z"),
        Tool("redo", _("Redo"), "shift+z"),
        Tool("find", _("Find and replace"), "h"),
        Tool("help", _("Shortcuts"), "/"),
    ],
]

# data-text-… attributes of the editor; the script fills in what stands in braces.
TEXTS = {
    "failed": _("The preview cannot be shown just now. Your text is safe."),
    "signed-out": SIGNED_OUT,
    "too-long": TOO_LONG,
    "uploading": _("Uploading: {name}"),
    "waiting": _("Waiting"),
    "uploaded": _("Inserted: {name}"),
    "unplaced": _("Its place in the text was deleted, so it was not inserted."),
    "upload-failed": _("The upload failed. Check the connection and try again."),
    "upload-running": _("A picture is still being uploaded. Wait for it or cancel it, then save."),
    "too-big": _("The picture is larger than 20 MB."),
    "cancel": _("Cancel"),
    "dismiss": _("Close"),
    "alt": _("Alternative text"),
    "alt-hint": _("What the picture shows, for readers who cannot see it."),
    "alt-set": _("Set"),
    "alt-later": _("Leave empty"),
    "alt-missing": _("{count} pictures without alternative text"),
    "characters": _("{count} characters"),
    "selected": _("{count} selected"),
    "minutes": _("about {count} min. to read"),
    "guide": _("{count} of about {limit} characters"),
    "column": _("Heading {number}"),
    "no-posts": _("No post has such a title."),
    "posts-found": _("{count} posts"),
    "no-address": _("no date yet, so no address"),
    "found": _("{number} of {count}"),
    "not-found": _("Not found"),
    "replaced": _("{count} replaced"),
    "page-failed": _("The page cannot be shown just now. Your text is safe."),
}
