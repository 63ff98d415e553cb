from django.db import migrations, models
from django.utils import timezone


def look_at_all_pictures(apps, schema_editor):
    """Tasks of the outbox, as `blog.media.renditions.make_later` tells them."""
    alias = schema_editor.connection.alias
    keys = apps.get_model("blog", "Image").objects.using(alias).values_list("pk", flat=True)
    task = apps.get_model("blog", "Task")
    now = timezone.now()
    task.objects.using(alias).bulk_create(
        (task(kind="renditions", key=str(pk), payload={"images": [pk]}, due_at=now) for pk in keys),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("blog", "0020_page_cache")]

    operations = [
        migrations.AddField(
            model_name="image",
            name="rendition_widths",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["attempted_at"], name="task_attempted"),
        ),
        migrations.RunPython(look_at_all_pictures, migrations.RunPython.noop),
    ]
