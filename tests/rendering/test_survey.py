import pytest

from blog.rendering import survey

BODY = """\
# 題

段落の [甲](/a/) と
次の行 ![乙](/b.png) です。

| 表 | 見出し |
|---|---|
| `code` | [丙](/c/) |

```
[丁](/d/) ![戊](/e.png)
```

<a class="x" href='/f/'>己</a>
<div>
<img alt="庚"
     src="/g.png">
</div>

- [辛][1]

[1]: /h/

注[^1]

[^1]: 脚注の [壬](/i/)
"""


def test_links_and_pictures_are_found_with_their_lines():
    found = survey(BODY)
    assert sorted((link.line, link.text) for link in found.links) == [
        (3, "/a/"),
        (8, "/c/"),
        (14, "/f/"),
        (20, "/h/"),
        (26, "/i/"),
    ]
    assert [(p.line, p.text, p.alt) for p in found.pictures] == [(4, "/b.png", "乙"), (16, "/g.png", "庚")]


def test_prose_is_told_line_by_line_without_code():
    prose = {place.line: place.text for place in survey("甲\n`乙` 丙\n\n    丁\n\n~~~\n戊\n~~~\n\n己").prose}
    assert prose.keys() == {1, 2, 10}
    assert "乙" not in prose[2]


def test_headings_keep_the_level_they_were_written_with():
    found = survey("# 甲\n\n#### 乙\n\n丙\n---\n\n丁")
    assert [(h.line, h.level, h.text) for h in found.headings] == [(1, 1, "甲"), (3, 4, "乙"), (5, 2, "丙")]


def test_liquid_stays_where_it_was_written():
    found = survey("{% include x %}\n\n{{ page.title }} `{{ code }}`")
    assert [(place.line, place.text.strip()) for place in found.prose] == [
        (1, "{% include x %}"),
        (3, "{{ page.title }}"),
    ]


@pytest.mark.parametrize(
    "body", ["", "\0", "<", "<a", "<a href", "[](", "![](", "#" * 5000, "[" * 5000, "\r\n" * 9]
)
def test_any_text_is_accepted(body):
    survey(body)


def test_windows_line_breaks_count_as_one():
    assert [link.line for link in survey("一\r\n二\r\n[甲](/a/)").links] == [3]
