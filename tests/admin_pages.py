"""Reading admin pages and filling in their forms, as a browser does."""

import re
from html.parser import HTMLParser

from django.contrib.auth.models import Permission

from tests.factories import make_staff


def staff_with(*codenames: str):
    """A member of staff with these permissions of the blog app, by codename."""
    user = make_staff(f"staff-{'-'.join(codenames)}"[:150])
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="blog", codename__in=codenames)
    )
    return user


def texts(response, css_class: str) -> list[str]:
    """The texts of the list items below every element with that class (`errorlist`, `messagelist`)."""
    lists = re.findall(rf'<ul class="{css_class}[^"]*"[^>]*>(.*?)</ul>', response.content.decode(), re.S)
    items = [item for inside in lists for item in re.findall(r"<li[^>]*>(.*?)</li>", inside, re.S)]
    return [" ".join(re.sub(r"<[^>]+>", "", item).split()) for item in items]


def form_fields(response, **changes) -> dict:
    """What a browser would send for the page's main form, with changes by field name.

    A change to None leaves the field out, as an unticked box or a missing field is.
    """
    reader = _FormReader()
    reader.feed(response.content.decode())
    fields = {name: value for name, value in reader.fields.items() if "__prefix__" not in name} | changes
    return {name: value for name, value in fields.items() if value is not None}


def post_page(post) -> str:
    return f"/admin/blog/post/{post.pk}/change/"


def save_form(browser, address: str, button="_continue", **changes):
    """Fill in the form at that address, press the button, and follow to the page that comes then.

    Warnings of the checks before publishing are confirmed, those that come up with the first attempt, too.
    """
    page = browser.get(address)
    fields = form_fields(page, **changes) | {button: "1"} | confirmations(page)
    response = browser.post(address, fields, follow=True)
    asked = {} if response.redirect_chain else confirmations(response)
    if asked.keys() - fields.keys():
        response = browser.post(address, fields | asked, follow=True)
    return response


def confirmations(response) -> dict:
    """A tick in each box that asks to confirm a warning."""
    boxes = re.findall(
        r'<input type="checkbox" name="(confirm-[^"]+)"(?: value="([^"]*)")?', response.content.decode()
    )
    return {name: value or "on" for name, value in boxes}


def form_errors(response) -> dict:
    return {name: list(map(str, found)) for name, found in response.context["adminform"].form.errors.items()}


class _FormReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.fields, self._select, self._textarea = {}, None, None

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "input" and a.get("name"):
            kind = a.get("type", "text")
            if kind in {"checkbox", "radio"}:
                if "checked" in a:
                    self.fields[a["name"]] = a.get("value", "on")
            elif kind not in {"submit", "button", "file"}:
                self.fields[a["name"]] = a.get("value") or ""
        elif tag == "select":
            self._select = a["name"]
            self.fields[self._select] = ""
        elif tag == "option" and "selected" in a:
            self.fields[self._select] = a.get("value", "")
        elif tag == "textarea":
            self._textarea = a["name"]
            self.fields[self._textarea] = ""

    def handle_data(self, data):
        if self._textarea:
            # The first line break after the tag is not part of the text (HTML 4.12.5).
            self.fields[self._textarea] += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._textarea = None
