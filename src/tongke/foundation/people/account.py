"""The account: how a person signs in."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; the only place where a raw password is taken."""

    def create_account(
        self, login: str, person: Any, password: str | None, *, must_change: bool = True
    ) -> "Account":
        """A new account; without a password nobody can sign in with it."""
        account = self.model(login=login.lower(), person=person, must_change_password=must_change)
        account.set_password(password)
        account.save(force_insert=True)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Sign-in names do not differ by case."""
        return self.get(login__iexact=username)


class Account(AbstractBaseUser):
    """A sign-in name and password of one person."""

    login = models.CharField("账号", max_length=40, unique=True)
    person = models.OneToOneField(
        "people.Person", on_delete=models.PROTECT, related_name="account", verbose_name="人员"
    )
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=True)
    theme = models.CharField(
        "外观", max_length=5, default="auto",
        choices=[("auto", "跟随系统"), ("light", "浅色"), ("dark", "深色")],
    )  # fmt: skip

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "账号"
        constraints = [
            # Signing in ignores case, so no two names may differ by it alone.
            models.UniqueConstraint(Lower("login"), name="account_login_any_case"),
        ]

    def __str__(self) -> str:
        return self.login

    @property
    def audit_id(self) -> int:
        """Who the audit log names."""
        return self.pk

    @property
    def audit_name(self) -> str:
        """The name the audit log keeps."""
        return f"{self.person.name}({self.login})"
