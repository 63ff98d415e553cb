"""Feeds of the site and of each category, tag and author: whole articles that read well elsewhere.

channels   what a feed is about, and which posts are in it; directory: which feeds there are
entries    a post as the entry of a feed; portable: its HTML, as it survives outside the site
formats/   RSS, Atom, JSON Feed
documents  a page of a channel in a format
polling    whether it has changed since somebody asked
views      how it answers
catalogue  the list of all feeds, for people and as OPML
"""
