"""Name and password, then the second step."""

from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from django_otp_webauthn.models import WebAuthnCredential

from blog.accounts.factors import TooManyCodes, has_second_factor, verify
from blog.accounts.forms import CodeForm, SignInForm
from blog.accounts.guard import finish
from blog.accounts.middleware import claimant, is_asked_for_more
from blog.accounts.sessions import note_sign_in
from blog.accounts.throttling import forgive, record_failure, refuse, seconds_to_wait, too_many


class SignIn(LoginView):
    template_name = "admin/accounts/sign_in.html"
    authentication_form = SignInForm
    next_page = reverse_lazy("admin:index")

    def get(self, request, *args, **kwargs):
        if admin.site.has_permission(request):
            return HttpResponseRedirect(self.get_success_url())
        if claimant(request):
            return redirect(next_step(claimant(request), self.get_redirect_url()))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form):
        user = form.get_user()
        login(self.request, user)
        note_sign_in(self.request)
        if is_asked_for_more(user):
            return redirect(next_step(user, self.get_redirect_url()))
        forgive(self.request, user.get_username())
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs):
        page = admin.site.each_context(self.request) | {"title": _("Sign in"), "subtitle": None}
        return super().get_context_data(**page | kwargs)


def next_step(user, after: str) -> str:
    """Where the one goes who gave the right password: to the code, or to set one up."""
    address = reverse("admin:second_step" if has_second_factor(user) else "admin:account")
    return f"{address}?{urlencode({'next': after})}" if after else address


@method_decorator([never_cache, sensitive_post_parameters("code")], name="dispatch")
class SecondStep(RedirectURLMixin, FormView):
    template_name = "admin/accounts/second_step.html"
    form_class = CodeForm
    next_page = reverse_lazy("admin:index")

    def dispatch(self, request, *args, **kwargs):
        self.user = claimant(request)
        if self.user is None:  # signed in already, or not at all: the sign-in page knows
            after = self.get_redirect_url()
            return redirect(
                f"{reverse('admin:login')}?{urlencode({'next': after})}" if after else "admin:login"
            )
        if not has_second_factor(self.user):
            return redirect("admin:account")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        name = self.user.get_username()
        seconds = seconds_to_wait(self.request, name)
        device = None
        if not seconds:
            try:
                device = verify(self.user, form.cleaned_data["code"])
            except TooManyCodes as throttled:
                seconds = throttled.seconds
            else:
                if device is None:
                    record_failure(self.request, name)
                    seconds = seconds_to_wait(self.request, name)
        if seconds:
            refuse(self.request, seconds)
            form.add_error("code", too_many(seconds))
        elif device is None:
            form.add_error("code", _("This code is not right, or it was used already."))
        if device is None:
            return self.form_invalid(form)
        finish(self.request, self.user, device)
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs):
        passkeys = WebAuthnCredential.objects.filter(user=self.user, confirmed=True).exists()
        page = admin.site.each_context(self.request) | {
            "title": _("Confirm that it is you"),
            "subtitle": None,
            "account": self.user,
            "has_passkeys": passkeys,
            "next": self.get_redirect_url(),
            "after": self.get_success_url(),
        }
        return super().get_context_data(**page | kwargs)


@require_POST
def start_again(request):
    """For somebody who wants to sign in with another account instead."""
    logout(request)
    return redirect("admin:login")
