"""Search that finds Japanese, in the database's own index.

folding      one spelling for text that reads the same
tokens       folded text as terms
query        what somebody typed, as needles
engines      the indexes: SQLite's and PostgreSQL's
index        keeping them in step with the posts
names        tags, categories and authors, found by their names
results      `search`: from a query to a page of posts
passages     where the hits are in a text

`models` is the only part that the other models see, with `index`; everything else sits above them.
"""


def search(query: str, *, posts=None, order: str = "relevance", limit: int = 10, offset: int = 0):
    """Find posts; see `blog.search.results.search`."""
    from blog.search import results

    return results.search(query, posts=posts, order=order, limit=limit, offset=offset)
