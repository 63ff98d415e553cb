"""What the search keeps of each post, and the folded names it compares."""

from django.db import models

from blog.search.folding import fold

VERSION = 3  # of folding and terms; raise it with a migration that empties the index


class FoldedNameField(models.CharField):
    """`name`, folded, however the row is saved."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 400, "default": "", "editable": False} | kwargs)

    def pre_save(self, instance, add):
        folded = fold(instance.name)
        setattr(instance, self.attname, folded)
        return folded


class SearchEntry(models.Model):
    """The text that a post is found by: its title, its excerpt, and its body, a block a line."""

    post = models.OneToOneField("Post", models.CASCADE, primary_key=True, related_name="search_entry")
    version = models.PositiveSmallIntegerField()
    text = models.TextField()

    def __str__(self):
        return self.text.partition("\n")[0]
