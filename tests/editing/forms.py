"""Opening and sending the form of a post, with a while between the two."""

import json

from tests.admin_pages import confirmations, form_fields, post_page

ADD = "/admin/blog/post/add/"
EDITING = "/admin/blog/post/editing/"
BODY = "一段落目。\n\n二段落目。\n\n三段落目。"


class OpenForm:
    """The form at an address, opened now; `send` sends it later, whatever has happened meanwhile."""

    def __init__(self, browser, address: str):
        self.browser, self.address = browser, address
        self.response = browser.get(address)
        self.fields = form_fields(self.response)

    def send(self, button="_continue", **changes):
        """Press the button, with a tick in each box that asks to confirm a warning."""
        fields = self.fields | confirmations(self.response) | changes
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.browser.post(self.address, fields | {button: "1"}, follow=True)

    def say(self, **content):
        """What the page's script sends; `fields` are those that have changed."""
        message = {"token": self.fields["editing"], "page": self.page, "post": self.post, **content}
        return self.browser.post(EDITING, json.dumps(message), content_type="application/json")

    @property
    def page(self):
        return self.response.content.decode().split('data-page="')[1].split('"')[0]

    @property
    def post(self):
        return self.response.content.decode().split('data-post="')[1].split('"')[0]

    @property
    def text(self):
        return self.response.content.decode()


def open_post(browser, post) -> OpenForm:
    return OpenForm(browser, post_page(post))
