"""What the outbox can do, by kind."""

from blog.media import renditions
from blog.push import handlers as push

HANDLERS = push.HANDLERS | {renditions.KIND: renditions.make}
