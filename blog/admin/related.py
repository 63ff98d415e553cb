"""The ordered list of related posts, on the post's page."""

import json

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from blog.admin.base import ChoicesMixin
from blog.models import RelatedPost
from blog.workflow.admin import choosable_posts


class RelatedPostForm(forms.ModelForm):
    def clean_target(self):
        target = self.cleaned_data["target"]
        if target is None and self.instance.reference is None:
            raise forms.ValidationError(_("Choose a post, or remove this line."))
        if target is not None and target.pk == self.instance.post_id:
            raise forms.ValidationError(_("A post cannot be related to itself."))
        return target


class RelatedPostFormSet(forms.BaseInlineFormSet):
    def get_unique_error_message(self, unique_check):
        return _("The same post is in the list twice.")

    def get_form_error(self):
        return _("This post is in the list already.")


class RelatedPostInline(ChoicesMixin, admin.TabularInline):
    model = RelatedPost
    form = RelatedPostForm
    formset = RelatedPostFormSet
    fk_name = "post"
    readonly_fields = ["reference_as_imported"]
    autocomplete_fields = ["target"]
    extra = 0
    classes = ["collapse"]
    verbose_name_plural = _("related posts, by position number")

    def get_fields(self, request, obj=None):
        waiting = obj and obj.related_entries.filter(target=None).exists()
        return ["position", "target", *(["reference_as_imported"] if waiting else [])]

    @admin.display(description=_("as imported"))
    def reference_as_imported(self, entry):
        return "" if entry.reference is None else json.dumps(entry.reference, ensure_ascii=False)

    def get_queryset(self, request):
        return (
            super().get_queryset(request).select_related("target").defer("target__body", "target__body_html")
        )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "target":
            kwargs["queryset"] = choosable_posts(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
