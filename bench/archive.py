"""An archive of any size for benchmarks, made in minutes: no text is rendered, and texts are few."""

import datetime

KILOBYTES = 4
BATCH = 2000
YEARS = 10
VARIANTS = 40


def fill(count: int, kilobytes: int = KILOBYTES) -> None:
    """`count` public posts over ten years until now; 12 categories, 20 authors, 300 tags, two to a post.

    The tag `big` has a tenth of the posts (100,000 of a million), `rare` five that are spread over all years.
    The numbers of `blog.tally` are counted once at the end.
    """
    from django.db import transaction
    from django.utils import timezone

    from bench.articles import NAMES, NOUNS, Writer
    from blog.models import Author, Category, Page, Post, Tag, TaggedPost
    from blog.tally import keeping

    writer = Writer()
    categories = [Category.objects.create(name=name) for name in NOUNS[:12]]
    authors = [Author.objects.create(name=f"記者{number}") for number in range(20)]
    tags = [Tag.objects.create(name=f"{a}と{b}") for a in NOUNS[:20] for b in NAMES[:15]]
    big, rare = Tag.objects.create(name="大", slug="big"), Tag.objects.create(name="稀", slug="rare")
    for slug in ("about", "privacy", "terms"):
        Page.objects.create(title=slug, slug=slug, body="この媒体について。")
    titles = [writer.title(number) for number in range(500)]
    excerpts = [writer.text(200).replace("\n", "")[:90] for _ in range(500)]
    texts = [_html(writer, kilobytes) for _ in range(VARIANTS)]
    step, now = datetime.timedelta(days=365 * YEARS) / count, timezone.now()
    keeping.remove()
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        posts = [
            Post(
                title=titles[number % len(titles)],
                slug=f"post-{number}",
                guid=f"bench:{number}",
                excerpt=excerpts[number % len(excerpts)],
                body_html=texts[number % len(texts)],
                toc=_TOC,
                reading_minutes=5,
                category=categories[number % 12],
                author=authors[number % 20],
                status="published",
                published_at=now - step * (count - number),
            )
            for number in numbers
        ]
        with transaction.atomic():
            Post.objects.bulk_create(posts)
            taggings = [
                (tags[number * n % 300], post)
                for number, post in zip(numbers, posts, strict=True)
                for n in (1, 7)
            ]
            taggings += [(big, post) for number, post in zip(numbers, posts, strict=True) if number % 10 == 0]
            taggings += [
                (rare, post)
                for number, post in zip(numbers, posts, strict=True)
                if number % (count // 5) == 0
            ]
            TaggedPost.objects.bulk_create(
                (TaggedPost(tag=tag, content_object=post) for tag, post in taggings), ignore_conflicts=True
            )
    keeping.install()


_TOC = [{"level": 2, "id": f"論点{number}", "text": f"論点{number}"} for number in range(1, 6)]


def _html(writer, kilobytes: int) -> str:
    parts = [
        f'<h2 id="論点{number}">論点{number}</h2>\n<p>{writer.text(kilobytes * 200)}</p>'
        for number in range(1, 6)
    ]
    return "\n".join(parts)
