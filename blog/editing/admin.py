"""What the desk's form of a post gets from this package: hooks into Django's ModelAdmin."""

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from blog.accounts.resend import typed
from blog.editing import autosave, views
from blog.editing.opening import Opening, opened_with, panel
from blog.editing.saving import Saving, locked_session, taken_away
from blog.editing.values import RELATED, related_data, typed_values
from blog.models.posts import Post
from blog.querysets import is_key


class EditingMixin:
    """Mixed into PostAdmin. PostAdmin.save_model asks `saves_working_draft` first."""

    @property
    def media(self):
        return super().media + forms.Media(
            css={"all": ["css/admin-editing.css"]}, js=["js/admin-copies.js", "js/admin-autosave.js"]
        )

    def get_urls(self):
        pages = [
            path("editing/", autosave.editing(self), name="blog_post_editing"),
            path("copies/<uuid:pk>/", self._copy_page(views.copy), name="blog_post_copy"),
            path(
                "<int:pk>/draft/preview/",
                self._copy_page(views.draft_preview),
                name="blog_post_draft_preview",
            ),
            path(
                "<int:pk>/draft/discard/",
                self._copy_page(views.discard_draft),
                name="blog_post_draft_discard",
            ),
        ]
        return [*pages, *super().get_urls()]

    def _copy_page(self, view):
        return self.admin_site.admin_view(lambda request, **kwargs: view(request, self, **kwargs))

    def post_form(self, request, post: Post | None):
        """The class of the form for this post and this user, showing what is stored."""
        fields = flatten_fieldsets(self.get_fieldsets(request, post))
        return self.get_form(request, post, change=post is not None, fields=fields)

    # Opening

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        request.editing = None
        if object_id is None and (IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST):
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method != "POST":
            request.editing = Opening(
                may_publish=self.has_publish_permission(request),
                copy_id=request.GET.get("copy", ""),
                wants_live="live" in request.GET,
            )
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            return self._save(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        opening = getattr(request, "editing", None)
        if isinstance(opening, Opening) and self._may_edit(request, obj):
            values = opening.choose(obj, form, request.user)
            form = opened_with(form, values) if values else form
        return form

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        opening = getattr(request, "editing", None)
        if isinstance(opening, Opening) and RELATED in opening.values and prefix == "related_entries":
            kwargs["data"] = related_data(obj, opening.values[RELATED])
        return kwargs

    def _may_edit(self, request, post: Post | None) -> bool:
        return self.has_change_permission(request, post) if post else self.has_add_permission(request)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        editing = getattr(request, "editing", None)
        if isinstance(editing, Opening) and self._may_edit(request, obj):
            session = editing.open(obj, context["adminform"].form, request.user)
            draft = editing.working_draft
        else:
            session, draft = (editing.session, editing.draft) if isinstance(editing, Saving) else (None, None)
        if session:
            shown = panel(request, session, obj, draft, self.has_publish_permission(request))
            context["editing"] = shown
            if shown["saves_draft"]:
                context |= {"show_save": False, "show_save_and_continue": False, "show_close": True}
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving

    def _save(self, request, object_id, form_url, extra_context):
        session = locked_session(request)
        is_second_click = object_id is None and session is not None and session.post_id is not None
        if is_second_click:
            object_id = str(session.post_id)
        request.editing = saving = Saving(request, session, self.has_publish_permission(request))
        key = unquote(object_id) if object_id else ""
        if is_key(key):
            saving.post = Post.objects.select_for_update().filter(pk=key).first()
        if object_id is None:
            saving.typed = typed_values(self.post_form(request, None)(), request.POST)
        elif saving.post is None and session is not None:
            return self._keep_text_of_deleted(request, saving)
        elif self._was_taken_away(request, saving):
            return self._give_text_back(request, saving)
        elif saving.post is not None and self.has_change_permission(request, saving.post):
            conflict = saving.reconcile(self.post_form(request, saving.post))
            if conflict is not None:
                conflict.context_data |= self.admin_site.each_context(request) | {"opts": self.opts}
                return conflict
            saving.rewrite()
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if response.status_code != HttpResponseRedirect.status_code:
            saving.keep_copy()
            return response
        saving.settle()
        self._tell(request, saving)
        if is_second_click and "_continue" in request.POST:
            return HttpResponseRedirect(reverse("admin:blog_post_change", args=[object_id]))
        return response

    def _keep_text_of_deleted(self, request, saving: Saving):
        saving.typed = typed_values(self.post_form(request, None)(), request.POST)
        saving.session.post = None
        saving.keep_copy()
        text = _("This post was deleted meanwhile. Your text is here: you can save it as a new draft.")
        self.message_user(request, text, messages.WARNING)
        address = reverse("admin:blog_post_add") if self.has_add_permission(request) else None
        if address is None or saving.session.draft is None:
            return HttpResponseRedirect(reverse("admin:blog_post_copy", args=[saving.session.pk]))
        return HttpResponseRedirect(f"{address}?copy={saving.session.pk}")

    def _was_taken_away(self, request, saving: Saving) -> bool:
        """Whether the form was opened when the user might still change the post: before it was handed in."""
        session, post = saving.session, saving.post
        if session is None or post is None or self.has_change_permission(request, post):
            return False
        if session._state.adding and self.has_view_permission(request, post):
            session.post = post  # it was open for so long that its row is gone
        return session.post_id == post.pk

    def _give_text_back(self, request, saving: Saving):
        """403, with every word that was typed; it is kept until the post is the user's to change again."""
        post = saving.post if self.has_view_permission(request, saving.post) else None
        saving.typed = typed_values(self.post_form(request, None)(), request.POST)
        saving.keep_copy()
        context = {
            **self.admin_site.each_context(request),
            **typed(request),
            "opts": self.opts,
            "title": _("Not saved: your text is here"),
            "session": saving.session,
            "post": post,
            **(taken_away(post, request.user) if post else {}),
        }
        return TemplateResponse(request, "admin/editing/taken_away.html", context, status=403)

    def _tell(self, request, saving: Saving) -> None:
        if saving.taken:
            names = {
                "who": saving.others,
                "fields": _(", ").join(saving.label(name) for name in saving.taken),
            }
            text = _("Meanwhile, %(who)s had saved changes (%(fields)s). Both are saved together.")
            self.message_user(request, text % names, messages.INFO)
        if saving.saves_draft and saving.became_public:
            text = _("The article was published meanwhile, so your text became a working draft beside it.")
            self.message_user(request, text, messages.WARNING)

    def saves_working_draft(self, request) -> bool:
        return isinstance(getattr(request, "editing", None), Saving) and request.editing.saves_draft

    def save_working_draft(self, request) -> None:
        request.editing.store_draft()

    def save_related(self, request, form, formsets, change):
        if self.saves_working_draft(request):
            for formset in formsets:
                formset.save(commit=False)  # only counts what the log tells
            return
        super().save_related(request, form, formsets, change)
        if getattr(request, "editing", None):
            request.editing.post = form.instance

    def log_change(self, request, obj, message):
        if self.saves_working_draft(request):
            message = [
                {"changed": {"name": str(_("working draft")), "object": request.editing.values["title"]}}
            ]
        return super().log_change(request, obj, message)

    def response_change(self, request, obj):
        saving = getattr(request, "editing", None)
        if isinstance(saving, Saving) and saving.publishes_draft:
            self.message_user(request, _("The draft is in the article now."), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:blog_post_change", args=[obj.pk]))
        if not self.saves_working_draft(request):
            return super().response_change(request, obj)
        text = _("Saved as a working draft. The article itself stays as it was.")
        if obj.is_public:
            text = _("Saved as a working draft. Readers still see the article as it was.")
        self.message_user(request, text, messages.SUCCESS)
        name = "changelist" if "_save" in request.POST else "change"
        return HttpResponseRedirect(
            reverse(f"admin:blog_post_{name}", args=[obj.pk] if name == "change" else [])
        )
