from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0024_sitemap_index")]

    operations = [
        migrations.AddField(
            "correction", "status", models.CharField(default="", editable=False, max_length=10)
        ),
        migrations.AddField("correction", "shown_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("correction", "expires_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddIndex(
            "correction",
            models.Index(fields=["status", "shown_at", "id", "expires_at"], name="correction_dated"),
        ),
        migrations.AlterField(
            "tally",
            "scope",
            models.PositiveSmallIntegerField(
                choices=[(0, "Site"), (1, "Category"), (2, "Author"), (3, "Tag"), (4, "Corrections")]
            ),
        ),
    ]
