"""An archive of any size for benchmarks, made in minutes: no text is rendered, and texts are few."""

import datetime

KILOBYTES = 4
YEARS = 10
AT_ONCE = 20_000
VARIANTS = 500  # posts that the others are copies of

_SECONDS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', {}, 'unixepoch')",
    "postgresql": "to_timestamp({})",
}


def fill(count: int, kilobytes: int = KILOBYTES) -> None:
    """`count` public posts over ten years until now; 12 categories, 20 authors, 300 tags, two to a post.

    The tag `big` has a tenth of the posts (100,000 of a million), `rare` five that are spread over all years.
    One post in fifty has a correction.
    The first posts are saved in bulk, the others copied from them by the database; the numbers of
    `blog.tally` are counted once, at the end.
    """
    from django.db import connection
    from django.utils import timezone

    from bench.articles import NAMES, NOUNS
    from blog.models import Author, Category, Page, Tag
    from blog.tally import keeping

    categories = [Category.objects.create(name=name) for name in NOUNS[:12]]
    authors = [Author.objects.create(name=f"記者{number}") for number in range(20)]
    tags = [Tag.objects.create(name=f"{a}と{b}") for a in NOUNS[:20] for b in NAMES[:15]]
    big, rare = Tag.objects.create(name="大", slug="big"), Tag.objects.create(name="稀", slug="rare")
    for slug in ("about", "privacy", "terms"):
        Page.objects.create(title=slug, slug=slug, body="この媒体について。")
    keeping.remove()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA cache_size = -400000")
        models = _models(kilobytes)
        step = datetime.timedelta(days=365 * YEARS) / count
        began = timezone.now() - step * count
        moment = _SECONDS[connection.vendor].format(f"{began.timestamp():.0f} + n * {step.total_seconds()}")
        given = {
            "slug": "'post-' || n",
            "guid": "'bench:' || n",
            "published_at": moment,
            "category_id": f"{categories[0].pk} + n % 12",
            "author_id": f"{authors[0].pk} + n % 20",
            "status": "'published'",
        }
        tagged = {
            f"{tags[0].pk} + n % 300": "1 = 1",
            f"{tags[0].pk} + (n * 7 + 1) % 300": "1 = 1",
            str(big.pk): "n % 10 = 0",
            str(rare.pk): f"n % {count // 5} = 0",
        }
        # Each portion is a transaction: one of gigabytes would make SQLite's log slow to read.
        for start in range(0, count, AT_ONCE):
            _copy_posts(cursor, range(start, min(start + AT_ONCE, count)), models, given)
            _tag_posts(cursor, start, models[-1].pk + 1, tagged)
        cursor.execute(f"DELETE FROM blog_post WHERE id <= {models[-1].pk}")  # noqa: S608
        cursor.execute(
            "INSERT INTO blog_correction (post_id, kind, published_at, text, html, status) "
            "SELECT id, 'correction', published_at, '誤りを直しました。', '<p>誤りを直しました。</p>', '' "
            "FROM blog_post WHERE id % 50 = 0"
        )
    keeping.install()


def _models(kilobytes: int) -> list:
    from bench.articles import Writer
    from blog.models import Post

    writer = Writer()
    posts = [
        Post(
            title=writer.title(number),
            slug=f"model-{number}",
            guid=f"model:{number}",
            excerpt=writer.text(200).replace("\n", "")[:90],
            body_html=_html(writer, kilobytes),
            toc=[{"level": 2, "id": f"論点{n}", "text": f"論点{n}"} for n in range(1, 6)],
            reading_minutes=5,
        )
        for number in range(VARIANTS)
    ]
    return Post.objects.bulk_create(posts)


def _copy_posts(cursor, numbers: range, models: list, given: dict) -> None:
    from blog.models import Post

    columns = [f.column for f in Post._meta.concrete_fields if not (f.primary_key or f.generated)]
    values = ", ".join(given.get(column, f"model.{column}") for column in columns)
    cursor.execute(
        f"WITH RECURSIVE numbers (n) AS (SELECT {numbers[0]} UNION ALL SELECT n + 1 FROM numbers "  # noqa: S608
        f"WHERE n < {numbers[-1]}) INSERT INTO blog_post ({', '.join(columns)}) SELECT {values} FROM numbers "
        f"CROSS JOIN blog_post AS model WHERE model.id = {models[0].pk} + n % {len(models)}"
    )


def _tag_posts(cursor, start: int, first: int, tagged: dict) -> None:
    for tag, chosen in tagged.items():
        cursor.execute(
            "INSERT INTO blog_taggedpost (tag_id, content_object_id, status, published_at) "  # noqa: S608
            f"SELECT {tag}, id, status, published_at FROM (SELECT *, id - {first} AS n "
            f"FROM blog_post WHERE id >= {first + start}) AS posts WHERE {chosen}"
        )


def _html(writer, kilobytes: int) -> str:
    size = kilobytes * 1000 // 5 // 3  # characters; three bytes each
    return "\n".join(
        f'<h2 id="論点{number}">論点{number}</h2>\n<p>{writer.text(size * 3)[:size]}</p>'
        for number in range(1, 6)
    )
