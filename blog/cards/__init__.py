"""The picture of a shared article that has no cover: its headline on the paper of the site.

drawing     the picture
addresses   where it is, by what it shows
views       draws it for whoever asks first; the page cache keeps it
"""
