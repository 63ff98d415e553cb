"""Search that finds Japanese, in the database's own index.

folding      one spelling for text that reads the same
tokens       folded text as terms
words        long words, each once, as terms
query        what somebody typed, as needles
engines      the indexes: SQLite's and PostgreSQL's
index        keeping them in step with the posts
names        tags, categories and authors, found by their names
keys         keys of posts by the thousand, and the gate they pass
hits         the posts that a query finds
ranking      their order
results      `search`: a page of them; suggestions; the search of the desk
passages     where the hits are in a text

`models` is the only part that the other models see, with `index`; everything else sits above them.
"""


def search(query: str, *, posts=None, order: str = "relevance", limit: int = 10, offset: int = 0):
    """Find posts; see `blog.search.results.search`."""
    from blog.search import results

    return results.search(query, posts=posts, order=order, limit=limit, offset=offset)
