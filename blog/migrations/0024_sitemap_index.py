from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from blog.models.visibility import TokyoMonth


class Migration(migrations.Migration):
    dependencies = [("blog", "0023_search_words")]

    operations = [
        migrations.AddIndex(
            "post",
            models.Index(
                F("status"),
                TokyoMonth("published_at"),
                Greatest(F("published_at"), Coalesce(F("last_modified_at"), F("published_at"))).desc(),
                name="post_month_change",
            ),
        ),
    ]
