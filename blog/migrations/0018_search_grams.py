from django.db import migrations

from blog.search.engines import postgresql, sqlite

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}
# The index that 0012 made until this one.
FORMER = {
    "sqlite": ["DROP TABLE IF EXISTS blog_search_text", "DROP TABLE IF EXISTS blog_search_head"],
    "postgresql": [
        "DROP FUNCTION IF EXISTS blog_search_find(tsquery)",
        "DROP TABLE IF EXISTS blog_search_grams",
    ],
}


def create_index(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in (*FORMER[vendor], *ENGINES[vendor].CREATE):
        schema_editor.execute(statement, params=None)


def forget_posts(apps, schema_editor):
    """`rebuild_search` indexes them; the system check says so."""
    apps.get_model("blog", "SearchEntry").objects.all().delete()


def drop_index(apps, schema_editor):
    for statement in ENGINES[schema_editor.connection.vendor].DROP:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0016_outbox_turns"),
    ]

    operations = [
        migrations.RunPython(forget_posts, migrations.RunPython.noop),
        migrations.RunPython(create_index, drop_index),
    ]
