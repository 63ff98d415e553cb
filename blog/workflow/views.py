"""Steps and preview links of a post's page, and the page that such a link opens."""

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from blog.addresses import absolute_url
from blog.audit import record
from blog.history.recording import recording
from blog.models import Post, PreviewLink
from blog.querysets import is_key
from blog.views.head import Head
from blog.views.posts import PostView
from blog.workflow import roles
from blog.workflow.steps import STEPS
from blog.workflow.transitions import perform

DAYS = (1, 3, 7, 30)
NOTE_LENGTH = 2000


class DeskView(View):
    """Something below a post's page. Who may not see the post is told that there is none."""

    model_admin = None

    def dispatch(self, request, *args, **kwargs):
        self.post_shown = get_object_or_404(self.model_admin.get_queryset(request), pk=kwargs["pk"])
        if not self.model_admin.has_view_or_change_permission(request, self.post_shown):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def back(self) -> str:
        return reverse("admin:blog_post_change", args=[self.post_shown.pk])


class StepView(DeskView):
    """A step without a save, for those who may take it but not edit the text just now."""

    http_method_names = ["post"]

    def post(self, request, pk):
        step = STEPS.get(request.POST.get("step", ""))
        if step is None or step.date:
            raise Http404
        note = request.POST.get("note", "").replace("\0", "")[:NOTE_LENGTH]
        try:
            with recording(request.user, Post, [pk]):
                perform(self.post_shown, step, user=request.user, note=note)
        except ValidationError as refusal:
            for message in refusal.messages:
                messages.error(request, message)
        else:
            messages.success(request, f"{step.done}: {self.post_shown.title}")
        return HttpResponseRedirect(self.back)


class IssueForm(forms.Form):
    days = forms.TypedChoiceField(label=gettext_lazy("Valid for"), coerce=int, initial=7)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = [(days, ngettext("%d day", "%d days", days) % days) for days in DAYS]


def links_context(request, post: Post) -> dict | None:
    """What the panel of preview links shows; None for those who may not hand them out."""
    if not roles.may_share(request.user, post):
        return None
    links = PreviewLink.objects.alive().filter(post=post).select_related("created_by")
    return {"post": post, "links": list(links), "form": IssueForm(auto_id="preview-link-%s"), "address": ""}


class PreviewLinksView(DeskView):
    """The links that work, one more, or one less. A new address is shown in this answer and never again."""

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get(self, request, pk, address="", form=None):
        panel = links_context(request, self.post_shown)
        if panel is None:
            raise PermissionDenied
        panel |= {"address": address} | ({"form": form} if form else {})
        context = {
            **self.model_admin.admin_site.each_context(request),
            "title": _("Preview links"),
            "opts": Post._meta,
            "original": self.post_shown,
            "preview_links": panel,
            "media": self.model_admin.media,
        }
        return TemplateResponse(request, "admin/workflow/preview_links.html", context)

    def post(self, request, pk):
        if not roles.may_share(request.user, self.post_shown):
            raise PermissionDenied
        if "revoke" in request.POST:
            key = request.POST["revoke"]
            links = self.post_shown.preview_links.filter(pk=key) if is_key(key) else ()
            for link in links:
                link.revoke()
            return self.get(request, pk)
        form = IssueForm(request.POST, auto_id="preview-link-%s")
        if not form.is_valid():
            return self.get(request, pk, form=form)
        link, path = PreviewLink.objects.issue(self.post_shown, request.user, form.cleaned_data["days"])
        record(request.user, "preview_shared", self.post_shown, until=link.expires_at.isoformat())
        return self.get(request, pk, address=absolute_url(path))


class SharedPreview(PostView):
    """The real page of a post in any state, for whoever has the secret address, and for nobody's memory."""

    template_name = "workflow/shared_preview.html"

    def get(self, request, *args, **kwargs):
        link = PreviewLink.objects.with_token(self.kwargs["token"])
        if link is None:
            head = Head(
                title=_("This preview link does not work"),
                description=_("It has expired or was revoked."),
                noindex=True,
            )
            response = render(request, "workflow/preview_expired.html", {"head": head}, status=404)
        else:
            self.object = get_object_or_404(Post.objects.with_page_data(), pk=link.post_id)
            response = self.render_to_response(self.get_context_data(link=link))
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get_head(self, context):
        """Without the post's own addresses, for there is nothing at them yet."""
        head = super().get_head(context)
        return replace(head, url="", noindex=True, trail=head.trail[:-1], things=())
