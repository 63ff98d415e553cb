from django.db import migrations

from blog.search.engines import postgresql, sqlite

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


def make_anew(apps, schema_editor):
    """An empty index with other terms. `rebuild_search` fills it."""
    engine = ENGINES[schema_editor.connection.vendor]
    for statement in [*engine.DROP, *engine.CREATE]:
        schema_editor.execute(statement, params=None)
    apps.get_model("blog", "SearchEntry").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0022_pictures_of_working_drafts"),
    ]

    operations = [
        migrations.RunPython(make_anew, migrations.RunPython.noop),
    ]
