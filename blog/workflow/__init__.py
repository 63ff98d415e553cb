"""The way of a post from draft to readers: who may do what to it, and what is checked before.

states        what the newsroom calls the state of a post
roles         who sees, edits, reviews and publishes which posts
transitions   every step from state to state; the one place that allows or refuses them
checks        what is looked at before a post is published
models        steps taken, links to previews, the word list
"""
