"""The rules of RSS 2.0 and of the RSS profile, checked on every feed that a test reads."""

import email.utils
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree

SITE = "https://news.example.jp"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
UPDATED = "{http://www.w3.org/2005/Atom}updated"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
EVERY_FEED = ["/feed.xml", "/category/tech/feed.xml", "/tags/ai/feed.xml", "/authors/yama/feed.xml"]


class Addresses(HTMLParser):
    """Every tag, attribute and address of an HTML fragment."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.addresses = set(), set(), []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name in {"href", "src"}]


def channel_of(response):
    """The channel, after the rules of RSS 2.0 and the RSS profile have been checked."""
    assert response.status_code == 200
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)  # noqa: S314  our own
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    for name in ("title", "link", "description", "language", "ttl", "image", "copyright"):
        assert len(channel.findall(name)) == 1, name
    rels = [link.get("rel") for link in channel.findall(ATOM_LINK)]
    assert rels.count("self") == rels.count("first") == 1
    assert channel.findtext("title") and channel.findtext("description")
    assert is_absolute(channel.findtext("link"))
    image = channel.find("image")
    assert image.findtext("title") == channel.findtext("title")
    assert image.findtext("link") == channel.findtext("link")
    assert is_absolute(image.findtext("url"))
    assert int(image.findtext("width")) <= 144 and int(image.findtext("height")) <= 400
    names = [child.tag for child in channel]
    assert names.count("item") <= 20
    assert "item" not in names or names[names.index("item") :] == ["item"] * names.count("item")
    guids = [item.findtext("guid") for item in channel.findall("item")]
    assert all(guids) and len(set(guids)) == len(guids)
    for item in channel.findall("item"):
        check_item(item)
    return channel


def check_item(item):
    for name in ("title", "link", "guid", "pubDate", CONTENT):
        assert len(item.findall(name)) == 1, name
    for name in ("description", "enclosure", CREATOR):
        assert len(item.findall(name)) <= 1, name
    assert is_absolute(item.findtext("link"))
    assert item.findtext("link").isascii()
    assert item.find("guid").get("isPermaLink") == "false"
    assert moment(item.findtext("pubDate")).tzinfo
    content = Addresses(item.findtext(CONTENT))
    assert all(is_absolute(address) for address in content.addresses)
    assert content.attributes <= {
        "href",
        "title",
        "src",
        "alt",
        "width",
        "height",
        "colspan",
        "start",
        "scope",
    }
    assert content.tags.isdisjoint({"script", "style", "iframe", "object", "embed", "form", "input"})


def is_absolute(address):
    parts = urlsplit(address)
    return (parts.scheme in {"http", "https"} and parts.netloc != "") or parts.scheme in {"mailto", "tel"}


def moment(text):
    return email.utils.parsedate_to_datetime(text)


def items(client, path="/feed.xml"):
    return channel_of(client.get(path)).findall("item")


def titles(client, path="/feed.xml"):
    return [item.findtext("title") for item in items(client, path)]
