"""Forms for signing in. Errors stand beside their field, and what was typed is still there."""

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from blog.accounts.factors import read_code
from blog.accounts.throttling import refuse, seconds_to_wait, too_many


class SignInForm(AdminAuthenticationForm):
    username = UsernameField(
        label=_("Username"), max_length=150, widget=forms.TextInput(attrs={"autofocus": True})
    )

    def clean(self):
        try:
            return super().clean()
        except ValidationError as wrong:
            # Wrong name or wrong password: which of the two is nobody's business.
            seconds = seconds_to_wait(self.request, self.cleaned_data.get("username") or "")
            if seconds:
                refuse(self.request, seconds)
            self.add_error("password", too_many(seconds) if seconds else wrong)
            return self.cleaned_data


class CodeForm(forms.Form):
    """A code from the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
                "aria-describedby": "code-help",
            }
        ),
    )

    def clean_code(self) -> str:
        return read_code(self.cleaned_data["code"])
