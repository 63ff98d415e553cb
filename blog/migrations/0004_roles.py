"""The roles of the newsroom, once everything that they are about has its table."""

from django.db import migrations

ALL = ("add", "change", "delete", "view")
WRITING = ("add", "change", "view")
WRITER = {
    "post": ALL,
    "relatedpost": ALL,
    "image": WRITING,
    "category": ("view",),
    "author": ("view",),
    "tag": ("view",),
}
EDITOR = WRITER | {
    "post": (*ALL, "edit_any_post", "review_post"),
    "image": ALL,
    "category": WRITING,
    "author": WRITING,
    "tag": (*WRITING, "merge_tag"),
    "merge": ("view",),
    "page": ("change", "view"),
    "redirect": ALL,
    "spelling": ALL,
    "feedstate": ("view",),
}
PUBLISHER = EDITOR | {
    "post": (*EDITOR["post"], "publish_post"),
    "category": (*ALL, "merge_category"),
    "author": (*ALL, "merge_author"),
    "tag": (*ALL, "merge_tag"),
    "page": ALL,
    "task": ("change", "view"),
    "auditentry": ("view",),
}
ROLES = {"ライター": WRITER, "編集者": EDITOR, "公開責任者": PUBLISHER}


def make_roles(apps, schema_editor):
    """Groups with their permissions, which Django itself would only make after all migrations."""
    database = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    for name, rights in ROLES.items():
        group, _created = groups.get_or_create(name=name)
        for model, actions in rights.items():
            special = dict(apps.get_model("blog", model)._meta.permissions)
            of_model, _created = types.get_or_create(app_label="blog", model=model)
            for action in actions:
                codename = action if action in special else f"{action}_{model}"
                noun = apps.get_model("blog", model)._meta.verbose_name
                label = special.get(action, f"Can {action} {noun}")
                permission, _created = permissions.get_or_create(
                    content_type=of_model, codename=codename, defaults={"name": label}
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0003_word_list"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
