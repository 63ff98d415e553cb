"""Django's template engine, timed."""

import time

from django.template.backends.django import DjangoTemplates, Template

from blog.telemetry.measuring import current


class TimedTemplate(Template):
    def render(self, context=None, request=None):
        measure = current()
        if measure is None or measure.is_rendering:  # a form's field within a page is part of the page
            return super().render(context, request)
        measure.is_rendering = True
        queries_before, started = measure.query_seconds, time.perf_counter()
        try:
            return super().render(context, request)
        finally:
            measure.is_rendering = False
            in_queries = measure.query_seconds - queries_before
            measure.template_seconds += time.perf_counter() - started - in_queries


class TimedTemplates(DjangoTemplates):
    """Adds up in the current measure how long templates take."""

    def get_template(self, template_name):
        return TimedTemplate(super().get_template(template_name).template, self)

    def from_string(self, template_code):
        return TimedTemplate(super().from_string(template_code).template, self)
