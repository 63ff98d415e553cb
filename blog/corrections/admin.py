"""Where the newsroom writes corrections. Who may change a post may say what was corrected in it."""

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.admin.base import NewsroomAdmin, edit_link, short_moment
from blog.admin.post_form import LocalDateTimeInput, MomentField
from blog.audit import record
from blog.history.recording import recording
from blog.models import Correction, Post
from blog.querysets import is_key


class CorrectionForm(forms.ModelForm):
    published_at = MomentField(label=_("date of the note"), widget=LocalDateTimeInput)

    class Meta:
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "kind": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "post" in self.fields:
            self.fields["post"].disabled = True

    def clean(self):
        """The field shows minutes; the stored moment, or that of the publication, keeps its seconds."""
        cleaned = super().clean()
        typed, post = cleaned.get("published_at"), cleaned.get("post")
        for exact in (self.initial.get("published_at"), post and post.published_at):
            if exact and typed == exact.replace(second=0, microsecond=0):
                cleaned["published_at"] = exact
                break
        return cleaned


@admin.register(Correction)
class CorrectionAdmin(NewsroomAdmin):
    form = CorrectionForm
    fields = ["post", "kind", "published_at", "text"]
    autocomplete_fields = ["post"]
    list_display = ["published", "kind", "summary", "article", "created_by"]
    list_display_links = ["summary"]
    list_filter = ["kind"]
    list_select_related = ["post", "created_by"]
    search_fields = ["text", "post__title"]
    ordering = ["-published_at", "-pk"]
    date_hierarchy = "published_at"

    # Whose posts are whose is PostAdmin's to say.

    @property
    def posts(self):
        return self.admin_site.get_model_admin(Post)

    def get_queryset(self, request):
        notes = super().get_queryset(request).filter(post__in=self.posts.get_queryset(request))
        return notes.defer("post__body", "post__body_html", "post__toc", "post__front_matter")

    def has_view_permission(self, request, obj=None):
        return self.posts.has_view_or_change_permission(request, obj and obj.post)

    def has_change_permission(self, request, obj=None):
        return self.posts.has_change_permission(request, obj and obj.post)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_add_permission(self, request):
        return self.posts.has_change_permission(request)

    def has_module_permission(self, request):
        return self.posts.has_module_permission(request)

    # The form

    def get_changeform_initial_data(self, request):
        key = request.GET.get("post", "")
        preset = {"post": key if is_key(key) else None, "published_at": timezone.now()}
        return super().get_changeform_initial_data(request) | preset

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "post":
            kwargs["queryset"] = self.posts.get_queryset(request).only("title", "status", "published_at")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        posts = self.posts

        class PermittedForm(form):
            def clean_post(self):
                post = self.cleaned_data["post"]
                if not posts.has_change_permission(request, post):
                    raise forms.ValidationError(_("Your account may not change this post."))
                return post

        return PermittedForm

    # Saving: a version of the post

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        with recording(request.user, Post, [obj.post_id]):
            super().save_model(request, obj, form, change)

    def delete_model(self, request, obj):
        with recording(request.user, Post, [obj.post_id]):
            super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        with recording(request.user, Post, set(queryset.values_list("post", flat=True))):
            for note in queryset:
                record(request.user, "deleted", note)
                note.delete()

    def response_post_save_add(self, request, obj):
        return HttpResponseRedirect(reverse("admin:blog_post_change", args=[obj.post_id]))

    response_post_save_change = response_post_save_add

    # The list

    @admin.display(description=_("date of the note"), ordering="published_at")
    def published(self, note):
        return short_moment(note.published_at)

    @admin.display(description=_("text"))
    def summary(self, note):
        text = note.plain_text
        return f"{text[:60]}…" if len(text) > 60 else text

    @admin.display(description=_("post"))
    def article(self, note):
        return edit_link(note.post)
