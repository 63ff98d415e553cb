"""Passwords: changed by their owner, or set anew by a link from a mail."""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth import views
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from blog.accounts.models import Session
from blog.accounts.throttling import MAILS_AN_HOUR, may_ask_for_mail, refuse
from blog.audit import record
from blog.audit.models import Action


class ChangePassword(views.PasswordChangeView):
    """Ends the sessions elsewhere: whoever knew the old password is out."""

    form_class = AdminPasswordChangeForm
    template_name = "admin/accounts/password.html"
    success_url = reverse_lazy("admin:account")

    def form_valid(self, form):
        response = super().form_valid(form)
        Session.objects.end(form.user, keep=self.request.session.session_key)
        record(form.user, Action.PASSWORD_CHANGED, form.user)
        messages.success(self.request, _("Your password is changed. All other sessions are ended."))
        return response


class _Page:
    def get_context_data(self, **kwargs):
        return super().get_context_data(**admin.site.each_context(self.request) | kwargs)


class AskForMail(_Page, views.PasswordResetView):
    """Says the same whether or not anybody has that address."""

    title = _("Forgotten password")
    template_name = "admin/accounts/forgotten.html"
    email_template_name = "admin/accounts/password_mail.txt"
    subject_template_name = "admin/accounts/password_mail_subject.txt"
    success_url = reverse_lazy("admin:password_reset_done")
    extra_email_context = {"SITE_URL": settings.SITE_URL, "SITE_NAME": settings.SITE_NAME}

    def form_valid(self, form):
        if not may_ask_for_mail(self.request):
            form.add_error(
                "email",
                _("No more than %(count)d mails an hour are sent. Try again in an hour.")
                % {"count": MAILS_AN_HOUR},
            )
            refuse(self.request, 3600)
            return self.form_invalid(form)
        return super().form_valid(form)


class MailIsSent(_Page, views.PasswordResetDoneView):
    title = _("Look into your mailbox")
    template_name = "admin/accounts/mail_sent.html"


class SetPassword(_Page, views.PasswordResetConfirmView):
    """The link serves once, and ends every session of the account."""

    title = _("Set a new password")
    template_name = "admin/accounts/new_password.html"
    success_url = reverse_lazy("admin:password_reset_complete")

    def form_valid(self, form):
        response = super().form_valid(form)
        Session.objects.end(self.user)
        record(self.user, Action.PASSWORD_CHANGED, self.user, by="mail")
        return response


class PasswordIsSet(_Page, views.PasswordResetCompleteView):
    title = _("Your new password is set")
    template_name = "admin/accounts/password_set.html"
