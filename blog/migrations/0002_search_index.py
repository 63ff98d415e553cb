"""The index of the search, in a kind of table that only its database has. `rebuild_search` fills it."""

from django.db import migrations

from blog.search.engines import postgresql, sqlite

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


def create_index(apps, schema_editor):
    for statement in ENGINES[schema_editor.connection.vendor].CREATE:
        schema_editor.execute(statement, params=None)


def drop_index(apps, schema_editor):
    for statement in ENGINES[schema_editor.connection.vendor].DROP:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("blog", "0001_initial")]

    operations = [migrations.RunPython(create_index, drop_index)]
