"""People, and the mail they get."""

import zoneinfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.letters import MailKind


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

    def of_address(self, email):
        """Whose account has this address, as they have proved; None for nobody's."""
        return self.filter(emailaddress__email=email.lower(), emailaddress__verified=True).first()

    def held(self, *keys):
        """The keys of those of these accounts that still are there, which nobody erases until the
        transaction ends. Whoever writes for a person holds the account before anything else: an erasure,
        which does the same, waits for them, or they find nobody."""
        rows = self.filter(pk__in=set(keys)).order_by("pk").select_for_update(no_key=True)
        return set(rows.values_list("pk", flat=True))

    def wanting(self, kind):
        """Those who may be sent letters of this kind."""
        return self.filter(is_active=True).exclude(mail_off__contains=[kind])


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
    mail_off = ArrayField(
        models.CharField(max_length=20, choices=MailKind.choices),
        default=list,
        blank=True,
        verbose_name=_("letters switched off"),
    )
    mail_failed_at = models.DateTimeField(
        _("mail came back"), null=True, editable=False,
        help_text=_("When a mail server last refused this address; empty again once a mail arrives."),
    )  # fmt: skip
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

    @property
    def verified_addresses(self):
        """The addresses that are surely this person's, to be listed or asked within a query: anybody may
        add another's without proving it."""
        rows = self.emailaddress_set.order_by()
        unproven = rows.filter(verified=False, email=OuterRef("email"))
        own = User.objects.filter(~Exists(unproven), pk=self.pk).values_list("email", flat=True)
        return own.union(rows.filter(verified=True).values_list("email", flat=True))

    def wants(self, kind):
        return kind not in self.mail_off

    def switch_mail(self, kind, on):
        """Let letters of this kind come, or stop them at once, those written already as well."""
        with transaction.atomic():
            self.mail_off = (
                User.objects.select_for_update().values_list("mail_off", flat=True).get(pk=self.pk)
            )
            self.mail_off = [other for other in self.mail_off if other != kind] + ([] if on else [kind])
            User.objects.filter(pk=self.pk).update(mail_off=self.mail_off)
            if not on:
                OutgoingMail.objects.drop_waiting(self, kind)


# The outbox is of this app and stands in a file of its own; it needs the settings' user model only.
from accounts.outbox import OutgoingMail  # noqa: E402
