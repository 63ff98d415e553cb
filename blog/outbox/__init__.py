"""Work that must happen later, and at least once: told to a table in the transaction that makes it necessary.

models  the tasks
queue   telling one, and taking one to work on it
work    working tasks off: retries, backoff, giving up
"""
