"""The triggers in the SQL of each database: CREATE, DROP and NAMES (of the triggers) in a module for each.

They run within the statement that writes a post, whoever sends it, so that no way of writing can forget
them. `ENTRIES` is what they keep, computed from the posts: for the first counting and for the check.
"""

from blog.tally.triggers import postgresql, sqlite

VENDORS = {"sqlite": sqlite, "postgresql": postgresql}
