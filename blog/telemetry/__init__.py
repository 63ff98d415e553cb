"""What can be seen of the site at work, without one more query and without personal data.

measuring   what a request or a task costs, and the id it has in the logs
middleware  measures each request that Django answers
logs        one line for it, as text or as JSON
cache       what the page cache, which answers before Django, tells of itself
metrics     the figures for Prometheus
backlog     the outbox's figures, asked for when Prometheus comes
views       where Prometheus reads them
templates   times the templates
sentry      errors, to a Sentry server
"""
