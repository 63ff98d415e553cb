"""Addresses that the Markdown editor calls, below /admin/markdown/ (settings.MARKDOWNX_*)."""

from django.urls import path

from blog.admin import links, markdown

urlpatterns = [
    path("preview/", markdown.preview, name="markdown_preview"),
    path("upload/", markdown.upload, name="markdown_upload"),
    path("posts/", links.posts, name="markdown_posts"),
]
