from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("blog", "0014_tally")]

    operations = [
        migrations.AddField(
            "task", "attempted_at", models.DateTimeField(null=True, verbose_name="last attempt")
        ),
        migrations.RemoveIndex("task", "task_open_due"),
        migrations.RemoveIndex("task", "task_done"),
        migrations.AddIndex(
            "task",
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="task_done"),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["kind", "due_at", "id"],
                condition=Q(done_at__isnull=True, given_up_at__isnull=True),
                name="task_open_by_kind",
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["given_up_at"], condition=Q(given_up_at__isnull=False), name="task_given_up"
            ),
        ),
    ]
