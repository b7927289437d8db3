"""People, and the mail they get."""

import zoneinfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name):
    """Refuse what is not a time zone of the IANA database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone, such as Africa/Bamako."), params={"name": name}
        )


class UserManager(BaseUserManager):
    """Django's commands (`createsuperuser`) and allauth ask a user manager for these."""

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """Whoever sits at the server vouches for the address: it needs no code by mail, which the
        first account could not read before a mail server is configured."""
        from allauth.account.models import EmailAddress

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, email):
        return self.get(email=email.lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail; there is no user name."""

    email = models.EmailField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        help_text=_("Never shown to other people."),
        error_messages={"unique": _("There is an account with this e-mail address already.")},
    )
    display_name = models.CharField(
        _("display name"), max_length=150, blank=True, help_text=_("The name shown with what you publish.")
    )
    language = models.CharField(
        _("preferred language"),
        max_length=5,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("Mail to you is written in it."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May sign in to the admin."))
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            # One account an address, whatever its case: it is stored in lower case.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_lower_case",
                violation_error_message=_("Write the e-mail address in lower case."),
            )
        ]

    def __str__(self):
        return self.display_name or self.email

    def clean(self):
        self.email = self.email.lower()

    def get_full_name(self):
        return self.display_name

    def get_short_name(self):
        return self.display_name


# The outbox is of this app and stands in a file of its own; it needs the settings' user model only.
from accounts.outbox import OutgoingMail  # noqa: E402, F401
