"""What the newsroom sees of the models. The admin site itself is allforces/admin.py."""

from blog.accounts import admin as accounts  # noqa: F401
from blog.admin import media, pages, posts, taxonomy  # noqa: F401  registers the models
from blog.audit import admin as audit  # noqa: F401
from blog.corrections import admin as corrections  # noqa: F401
from blog.feeds import admin as feeds  # noqa: F401
from blog.outbox import admin as outbox  # noqa: F401
