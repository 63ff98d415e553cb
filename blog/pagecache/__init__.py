"""Pages that have been made once are answered from memory, before Django is entered, and are never stale.

keys         surrogate keys: the names of what a page was made of
purging      what a change tells: which keys, written down in the transaction of the change
models       the table of purges, which every process follows
following    reads that table, and knows which posts appear or expire by themselves, and when
policy       which addresses may be kept, and for how long
entries      a page as it is kept: compressed, with its validators and headers
memory       the pages of one process, within a bound
shared       the pages that processes and machines share, and their lock, in Redis
application  the WSGI application in front of Django's
"""
