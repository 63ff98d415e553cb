"""Small Jekyll sites for tests, written into a folder of the test's own."""

from pathlib import Path

import yaml

from tests.factories import picture_bytes

BODY = "## 要点\n\n試験の本文。\n"


def write(site: Path, path: str, content: str | bytes) -> Path:
    """A file with exactly this content; returns the site, so that calls read as a list."""
    file = site / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return site


def article(**front) -> str:
    """The text of an article; `body` is its body, every other keyword a key. None leaves a key out."""
    body = front.pop("body", BODY)
    front = {"title": "見出し", "date": "2025-10-21 09:00:00 +0900"} | front
    front = {key: value for key, value in front.items() if value is not None}
    return f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n{body}"


def write_article(site: Path, name: str = "2025-10-21-first.md", **front) -> Path:
    """An article in `_posts`; in `_drafts` if the name says so."""
    path = name if "/" in name else f"_posts/{name}"
    return write(site, path, article(**front))


def write_picture(site: Path, path: str = "assets/images/cover.png", content: bytes | None = None) -> Path:
    return write(site, path, content or picture_bytes())
