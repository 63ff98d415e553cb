"""Every saved version of posts and pages, on django-reversion.

diffs      two texts, by line and within a line by character. Pure
snapshots  what a version holds of a row
recording  versions are written
changes    what differs between two versions, in words and to look at
restoring  a version, or a deleted row, comes back
pruning    old versions are thinned out
admin      the pages of it, as a mixin for model admins
"""
