"""Names and moments in the templates of admin/editing/."""

from django import template

from blog.editing import wording

register = template.Library()

register.filter("person", wording.person)
register.filter("spoken_age", wording.spoken_age)
register.filter("spoken_moment", wording.spoken_moment)
