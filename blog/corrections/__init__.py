"""What was corrected in an article after its publication, told to its readers.

models  a correction and how it moves the article's date
admin   where the newsroom writes it
views   the list of all corrections, for readers
feeds   the same for subscribers
"""
