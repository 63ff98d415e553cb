"""The media library, names and addresses of categories, authors and tags, and their merges."""

import re
import unicodedata
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import unquote

import blog.media.models
import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def names_and_addresses(apps, schema_editor):
    """What `Named.save` writes beside each row."""
    for kind in ("Author", "Category", "Tag"):
        spelling, address = apps.get_model("blog", f"{kind}Spelling"), apps.get_model("blog", f"{kind}Address")
        rows = list(apps.get_model("blog", kind).objects.order_by("pk"))
        spelling.objects.bulk_create(spelling(row=row, name=row.name, key=row.key) for row in rows)
        address.objects.bulk_create(address(row=row, slug=row.slug) for row in rows)


def search_texts(apps, schema_editor):
    for image in apps.get_model("blog", "Image").objects.only("file", "alt", "credit", "old_path").iterator():
        text = " ".join((PurePosixPath(image.file.name).name, image.alt, image.credit, image.old_path or ""))
        image.search_text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
        image.save(update_fields=["search_text"])


def uses(apps, schema_editor):
    """What `ImageUse.objects.follow` writes for each body."""
    images = {}
    for pk, file, old_path in apps.get_model("blog", "Image").objects.values_list("pk", "file", "old_path"):
        images |= {settings.MEDIA_URL + file: pk, old_path: pk}
    use = apps.get_model("blog", "ImageUse")
    for kind in ("post", "page"):
        bodies = apps.get_model("blog", kind.capitalize()).objects.order_by("pk").values_list("pk", "body_html")
        for pk, html in bodies.iterator(chunk_size=100):
            found = (unquote(unescape(path)) for path in re.findall(r'\b(?:src|href)="([^"]+)"', html))
            shown = {images.get(path.removeprefix(settings.SITE_URL)) for path in found} - {None}
            use.objects.bulk_create(use(image_id=image, **{f"{kind}_id": pk}) for image in sorted(shown))


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0009_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='author',
            options={'ordering': ['name'], 'permissions': [('merge_author', 'Can merge authors and split them again')], 'verbose_name': 'author', 'verbose_name_plural': 'authors'},
        ),
        migrations.AlterModelOptions(
            name='category',
            options={'ordering': ['position', 'name'], 'permissions': [('merge_category', 'Can merge categories and split them again')], 'verbose_name': 'category', 'verbose_name_plural': 'categories'},
        ),
        migrations.AlterModelOptions(
            name='tag',
            options={'ordering': ['name'], 'permissions': [('merge_tag', 'Can merge tags and split them again')], 'verbose_name': 'tag', 'verbose_name_plural': 'tags'},
        ),
        migrations.AddField(
            model_name='image',
            name='licence',
            field=models.CharField(blank=True, help_text='What allows us to show it.', max_length=100, verbose_name='licence'),
        ),
        migrations.AddField(
            model_name='image',
            name='notes',
            field=models.TextField(blank=True, help_text='For the newsroom only.', verbose_name='notes'),
        ),
        migrations.AddField(
            model_name='image',
            name='search_text',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='image',
            name='thumbnail',
            field=models.FileField(blank=True, editable=False, max_length=200, upload_to=blog.media.models.thumbnail_path),
        ),
        migrations.AlterField(
            model_name='image',
            name='credit',
            field=models.CharField(blank=True, help_text='Who made it, as it must be named.', max_length=200, verbose_name='credit'),
        ),
        migrations.CreateModel(
            name='AuthorAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=100, unique=True, verbose_name='slug')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='blog.author')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AuthorSpelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('key', models.CharField(editable=False, max_length=200, unique=True)),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spellings', to='blog.author')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CategoryAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=100, unique=True, verbose_name='slug')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='blog.category')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CategorySpelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('key', models.CharField(editable=False, max_length=200, unique=True)),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spellings', to='blog.category')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FormerFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=200, unique=True, verbose_name='path')),
                ('replaced_at', models.DateTimeField(auto_now_add=True, verbose_name='replaced')),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_files', to='blog.image', verbose_name='image')),
            ],
            options={
                'verbose_name': 'former file',
                'verbose_name_plural': 'former files',
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='TagAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=100, unique=True, verbose_name='slug')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='blog.tag')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TagSpelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('key', models.CharField(editable=False, max_length=200, unique=True)),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spellings', to='blog.tag')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImageUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='blog.image', verbose_name='image')),
                ('page', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='image_uses', to='blog.page')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='image_uses', to='blog.post')),
            ],
            options={
                'verbose_name': 'use of an image',
                'verbose_name_plural': 'uses of images',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('post__isnull', True), ('page__isnull', True), _connector='XOR'), name='image_use_has_one_place'), models.UniqueConstraint(fields=('post', 'image'), name='image_once_per_post'), models.UniqueConstraint(fields=('page', 'image'), name='image_once_per_page')],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10, verbose_name='kind')),
                ('source_id', models.BigIntegerField()),
                ('source_name', models.CharField(max_length=100, verbose_name='merged')),
                ('target_id', models.BigIntegerField()),
                ('target_name', models.CharField(max_length=100, verbose_name='into')),
                ('kept', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('merged_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone')),
                ('merged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'merge',
                'verbose_name_plural': 'merges',
                'ordering': ['-merged_at', '-pk'],
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['author', 'category', 'tag'])), name='merge_kind_known')],
            },
        ),
        migrations.RunPython(names_and_addresses, migrations.RunPython.noop),
        migrations.RunPython(search_texts, migrations.RunPython.noop),
        migrations.RunPython(uses, migrations.RunPython.noop),
    ]
