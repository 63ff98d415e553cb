"""What differs between two versions, in words."""

from blog.history.changes import summary
from blog.models import Post


def held(*notes: str) -> dict:
    entries = [
        {"kind": "correction", "published_at": "2025-10-21T00:00:00+00:00", "text": text} for text in notes
    ]
    return {"fields": {}, "corrections": entries}


def test_a_correction_is_told_without_its_marks():
    told = summary(Post, held(), held("[発表](https://example.jp/) では**三割**でした。"))
    assert told.endswith("発表 では三割でした。")


def test_a_long_correction_is_cut_with_an_ellipsis():
    told = summary(Post, held(), held(f"[{'長' * 30}](https://example.jp/{'a' * 50}) {'文' * 30}"))
    assert told.endswith("文…")
    assert "](" not in told
