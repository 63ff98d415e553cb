"""Reading a page in a test."""

import json
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Markup(HTMLParser):
    """The elements of a response: `page.all("a", rel="next")`, `page.text("h1")`, `page.meta("robots")`."""

    def __init__(self, response):
        super().__init__()
        self.elements = []
        self._open = []
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "attrs": dict(attrs), "text": ""}
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        while self._open and self._open.pop()["tag"] != tag:
            pass

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def all(self, tag, **attrs) -> list[dict]:
        """Elements whose attributes have these values; `property_` and `class_` stand for the keywords."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [
            element
            for element in self.elements
            if element["tag"] == tag and wanted.items() <= element["attrs"].items()
        ]

    def text(self, tag, **attrs) -> str:
        """The text of the only such element, white space collapsed."""
        (element,) = self.all(tag, **attrs)
        return " ".join(element["text"].split())

    def hrefs(self, tag="a", **attrs) -> list[str]:
        return [element["attrs"]["href"] for element in self.all(tag, **attrs) if "href" in element["attrs"]]

    def titles(self) -> list[str]:
        """The titles of the stories shown, in order."""
        return [
            " ".join(element["text"].split())
            for level in (2, 3)
            for element in self.all(f"h{level}", class_="story-title")
        ]

    def meta(self, name: str) -> str:
        """The content of the only `<meta>` of this name or property."""
        (element,) = self.all("meta", name=name) or self.all("meta", property=name)
        return element["attrs"]["content"]

    @property
    def canonical(self) -> str:
        (address,) = self.hrefs("link", rel="canonical")
        return address

    def things(self) -> list[dict]:
        """The schema.org objects of the page."""
        (script,) = self.all("script", type="application/ld+json")
        return json.loads(script["text"])["@graph"]

    def thing(self, kind: str) -> dict:
        (found,) = [thing for thing in self.things() if thing["@type"] == kind]
        return found
