"""The index and the folded names are made anew: long vowels and spaces between Japanese words stay now."""

from django.db import migrations

from blog.search.engines import postgresql, sqlite
from blog.search.folding import fold

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


def make_anew(apps, schema_editor):
    """An empty index; `rebuild_search` fills it."""
    engine = ENGINES[schema_editor.connection.vendor]
    for statement in [*engine.DROP, *engine.CREATE]:
        schema_editor.execute(statement, params=None)
    apps.get_model("blog", "SearchEntry").objects.all().delete()


def fold_names(apps, schema_editor):
    for name in ("Tag", "Category", "Author"):
        model = apps.get_model("blog", name)
        rows = list(model.objects.only("name"))
        for row in rows:
            row.folded = fold(row.name)
        model.objects.bulk_update(rows, ["folded"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("blog", "0025_corrections_tally")]

    operations = [
        migrations.RunPython(make_anew, migrations.RunPython.noop),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
    ]
