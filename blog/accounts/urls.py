"""Addresses of the account, below /admin/. The names stand in the admin's namespace."""

from django.urls import path

from blog.accounts import passkeys, passwords, security, sign_in

urlpatterns = [
    path("login/code/", sign_in.SecondStep.as_view(), name="second_step"),
    path("login/again/", sign_in.start_again, name="start_again"),
    path("login/passkey/begin/", passkeys.begin_signing_in, name="passkey_sign_in_begin"),
    path("login/passkey/", passkeys.sign_in, name="passkey_sign_in"),
    path("account/", security.account, name="account"),
    path("account/app/", security.app, name="account_app"),
    path("account/app/remove/", security.remove_app, name="account_remove_app"),
    path("account/codes/", security.codes, name="account_codes"),
    path("account/codes/download/", security.download_codes, name="account_download_codes"),
    path("account/passkeys/begin/", passkeys.begin_adding, name="passkey_begin"),
    path("account/passkeys/", passkeys.add, name="passkey_add"),
    path("account/passkeys/<int:pk>/remove/", security.remove_passkey, name="account_remove_passkey"),
    path("account/sessions/end/", security.end_sessions, name="account_end_sessions"),
    path("password_reset/", passwords.AskForMail.as_view(), name="password_reset"),
    path("password_reset/sent/", passwords.MailIsSent.as_view(), name="password_reset_done"),
    path("password_reset/done/", passwords.PasswordIsSet.as_view(), name="password_reset_complete"),
    path("password_reset/<uidb64>/<token>/", passwords.SetPassword.as_view(), name="password_reset_confirm"),
]
