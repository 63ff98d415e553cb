"""Every format held against its schema (schemas/, written from the specifications) and read by feedparser."""

import json
from functools import cache
from pathlib import Path

import feedparser
import jsonschema
from lxml import etree

SCHEMAS = Path(__file__).parent / "schemas"
SUBJECTS = ["/", "/category/tech/", "/tags/ai/", "/authors/yama/"]
FORMATS = {
    "xml": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
EVERY_ADDRESS = [f"{subject}feed.{extension}" for subject in SUBJECTS for extension in FORMATS]


@cache
def schema(name: str):
    path = SCHEMAS / name
    return json.loads(path.read_text()) if path.suffix == ".json" else etree.RelaxNG(etree.parse(path))


def check(response) -> None:
    """Fails with the schema's own words if the response is no valid feed of the type that it claims."""
    media_type = response["Content-Type"].removesuffix("; charset=utf-8")
    if media_type == "application/feed+json":
        jsonschema.validate(json.loads(response.content), schema("jsonfeed.json"))
        return
    rules = schema({"application/rss+xml": "rss.rng", "application/atom+xml": "atom.rng"}[media_type])
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    rules.assertValid(etree.fromstring(response.content, parser))
    read = feedparser.parse(response.content, response_headers={"content-type": response["Content-Type"]})
    assert not read.bozo, read.bozo_exception
    assert read.version in {"rss20", "atom10"}


def entries(response) -> list[dict]:
    """`{"id", "title", "url", "updated", "content"}` of each entry, in any format, after the check."""
    check(response)
    if "json" in response["Content-Type"]:
        return [
            {
                "id": item["id"],
                "title": item["title"],
                "url": item["url"],
                "updated": item["date_modified"],
                "content": item["content_html"],
            }
            for item in json.loads(response.content)["items"]
        ]
    read = feedparser.parse(response.content, sanitize_html=False, resolve_relative_uris=False)
    return [
        {
            "id": entry.id,
            "title": entry.title_detail.value,
            "url": entry.link,
            "updated": entry.updated,
            "content": entry.content[0].value,
        }
        for entry in read.entries
    ]


def links(response) -> dict[str, str]:
    """The feed's own links by relation; `next_url` of JSON Feed counts as `next`."""
    if "json" in response["Content-Type"]:
        document = json.loads(response.content)
        found = {"self": document["feed_url"], "next": document.get("next_url")}
        return {rel: url for rel, url in found.items() if url}
    root = etree.fromstring(response.content)
    atom = "{http://www.w3.org/2005/Atom}link"
    channel = root if root.tag.endswith("feed") else root[0]
    return {link.get("rel"): link.get("href") for link in channel.findall(atom)}
