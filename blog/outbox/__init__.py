"""Work that must happen later, and at least once: told to a table in the transaction that makes it necessary.

models  the tasks
kinds   what they are called at the desk
queue   telling one, and taking one to work on it
leases  keeping a task for as long as its work takes
work    working tasks off: retries, backoff, giving up
desk    what the desk's front page says of it
"""
