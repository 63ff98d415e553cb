from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import inlineformset_factory
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.models import SavedFilter
from blog.overview.desk import list_url
from blog.overview.lists import checked_query, known_parameters
from blog.overview.views.base import OverviewView

MOST = 30  # of one person; more tabs than that are no help


class FilterForm(forms.ModelForm):
    class Meta:
        model = SavedFilter
        fields = ["name", "shared"]

    query = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, known: set[str], may_share: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = known
        if not may_share:
            del self.fields["shared"]

    def clean_query(self):
        return checked_query(self.cleaned_data["query"], self.known)

    def clean(self):
        self.instance.query = self.cleaned_data.get("query", "")
        if self.instance.user.saved_filters.count() >= MOST:
            raise ValidationError(_("You have %d filters already. Delete one first.") % MOST)

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"user"}

    def _update_errors(self, errors):
        """The only thing beyond the fields that can be wrong is a name that is taken."""
        super()._update_errors(ValidationError({"name": errors.messages}))


class FilterView(OverviewView):
    title = gettext_lazy("Saved filters")
    template_name = "admin/overview/saved_filters.html"

    @property
    def may_share(self) -> bool:
        return self.request.user.has_perm("blog.publish_post")


class AddFilter(FilterView):
    """Keeps the present filter of the list of posts under a name."""

    template_name = "admin/overview/saved_filter_add.html"
    title = gettext_lazy("Save this filter")

    def form(self, data=None) -> FilterForm:
        return FilterForm(
            data,
            instance=SavedFilter(user=self.request.user, position=self.request.user.saved_filters.count()),
            initial={"query": self.request.GET.get("query", "")},
            known=known_parameters(self.posts_admin, self.request),
            may_share=self.may_share,
        )

    def get(self, request):
        return self.render_to_response(self.get_context_data(form=self.form()))

    def post(self, request):
        form = self.form(request.POST)
        if form.is_valid():
            try:
                with transaction.atomic():
                    saved = form.save()
            except IntegrityError:  # the same name, in this very moment
                form.add_error("name", _("You have a filter of this name already."))
            else:
                messages.success(request, _("The filter “%s” was saved.") % saved.name)
                return redirect(list_url(saved.query))
        return self.render_to_response(self.get_context_data(form=form))


class SavedFilters(FilterView):
    """Renames, reorders, shares and deletes one's own filters, all on one page."""

    def formset(self, data=None):
        fields = ["name", "position", *(["shared"] if self.may_share else [])]
        factory = inlineformset_factory(get_user_model(), SavedFilter, fields=fields, extra=0)
        return factory(data, instance=self.request.user)

    def get(self, request):
        return self.render_to_response(self.get_context_data(formset=self.formset()))

    def post(self, request):
        formset = self.formset(request.POST)
        if formset.is_valid():
            try:
                with transaction.atomic():
                    formset.save()
            except IntegrityError:  # a name was taken between check and save; a second check says which
                formset = self.formset(request.POST)
            else:
                messages.success(request, _("Your filters were saved."))
                return redirect("admin:saved_filters")
        return self.render_to_response(self.get_context_data(formset=formset))
