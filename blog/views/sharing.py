"""Plain links with which a reader passes an article on. No script of those sites runs here."""

from urllib.parse import urlencode


def share_links(url: str, title: str) -> list[dict]:
    """`{"name": "X", "icon": "x", "url": …}` for each service, for an article at the absolute `url`."""
    return [
        {
            "name": "X",
            "icon": "x",
            "url": f"https://x.com/intent/post?{urlencode({'url': url, 'text': title})}",
        },
        {
            "name": "Facebook",
            "icon": "facebook",
            "url": f"https://www.facebook.com/sharer/sharer.php?{urlencode({'u': url})}",
        },
        {
            "name": "LinkedIn",
            "icon": "linkedin",
            "url": f"https://www.linkedin.com/sharing/share-offsite/?{urlencode({'url': url})}",
        },
        {
            "name": "はてなブックマーク",
            "icon": "hatena",
            "url": "https://b.hatena.ne.jp/add?" + urlencode({"mode": "confirm", "url": url, "title": title}),
        },
    ]
