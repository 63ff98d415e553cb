"""Who did what that others must be able to look up later: publishing, merging, roles, exports.

`record(user, action, target)` writes an entry in the caller's transaction; nothing in the desk changes or
removes one.
"""

from blog.audit.log import record
from blog.audit.models import AuditEntry

__all__ = ["AuditEntry", "record"]
