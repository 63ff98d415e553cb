"""What signing in changes of the admin site (allforces/admin.py)."""

from functools import update_wrapper

from django.urls import include, path, reverse


class SigningIn:
    """For an AdminSite: our sign-in, and nothing that was typed is lost when a session has ended."""

    def get_urls(self):
        return [path("", include("blog.accounts.urls")), *super().get_urls()]

    def login(self, request, extra_context=None):
        from blog.accounts.sign_in import SignIn

        return SignIn.as_view(extra_context=extra_context)(request)

    def password_change(self, request, extra_context=None):
        from blog.accounts.passwords import ChangePassword

        return ChangePassword.as_view(extra_context=self.each_context(request))(request)

    def admin_view(self, view, cacheable=False):
        guarded = super().admin_view(view, cacheable)

        def inner(request, *args, **kwargs):
            if request.method == "POST" and not self.has_permission(request) and not _signs_out(request):
                from blog.accounts.resend import keep_what_was_typed

                return keep_what_was_typed(request)
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, guarded)


def _signs_out(request) -> bool:
    return request.path == reverse("admin:logout")
