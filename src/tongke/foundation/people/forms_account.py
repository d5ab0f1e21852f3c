"""The sign-in form: as the library's, with our words and a bounded “remember me”."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.http import HttpRequest, HttpResponse

from tongke.core.profile import current
from tongke.foundation.people.profile import PeopleProfile

REMEMBERED_KEY = "remembered"
_DAY_SECONDS = 24 * 60 * 60


class SignInForm(LoginForm):  # type: ignore[misc]
    """Sign-in name, password, and whether this computer may remember them for some days."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Our labels; no “remember me” where the region does not offer it."""
        super().__init__(*args, **kwargs)
        self.remember_days = current(PeopleProfile).remember_days
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = "账号", "密码"
        login.error_messages["required"] = "请填写账号。"
        password.error_messages["required"] = "请填写密码。"
        password.help_text = ""
        login.widget.attrs.update(
            {"placeholder": "工号、学籍号或登录名", "autocapitalize": "none", "spellcheck": "false",
             "autocomplete": "username", "class": "input"}
        )  # fmt: skip
        password.widget.attrs.update({"placeholder": "", "class": "input"})
        if self.remember_days:
            self.fields["remember"].label = f"这台电脑 {self.remember_days} 天内免登录"
        else:
            self.fields["remember"] = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in; the session ends with the browser unless the person asked to be remembered."""
        wanted = bool(self.cleaned_data.get("remember")) and self.remember_days > 0
        request.session.pop(REMEMBERED_KEY, None)
        response: HttpResponse = super().login(request, redirect_url)
        if wanted:
            request.session[REMEMBERED_KEY] = self.remember_days
            request.session.set_expiry(self.remember_days * _DAY_SECONDS)
        else:
            request.session.set_expiry(0)
        return response
