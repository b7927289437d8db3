"""The versions of a contribution, and its co-authors."""

import secrets

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workinggroup.models import HubNow, Licence


class ContributionVersion(models.Model):
    """What the author sent, as it was sent; the contribution holds the last one."""

    contribution = models.ForeignKey(
        "contributions.Contribution", models.CASCADE, related_name="versions", verbose_name=_("contribution")
    )
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("summary"), blank=True)
    text = models.TextField(_("text"))
    # Kind, language, answers, links, attachments, organisation … as words, for people who compare.
    rest = models.JSONField(_("further fields"), default=dict)
    sent_at = models.DateTimeField(_("sent"), db_default=HubNow())
    # What its author agreed to, as it was shown, and when; empty where that is not known. After the
    # closing only the words may be changed, and what was agreed to with the version before holds.
    licence = models.CharField(_("licence"), max_length=20, choices=Licence.choices, blank=True)
    consent = models.TextField(_("consent"), blank=True)
    consent_language = models.CharField(
        _("language of the consent"), max_length=5, choices=settings.LANGUAGES, blank=True
    )
    consented_at = models.DateTimeField(_("consent given"), null=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [models.UniqueConstraint(fields=["contribution", "number"], name="version_once")]

    def __str__(self):
        return str(self.number)

    @property
    def is_of_words(self):
        """Whether only its words were taken: then what its author agreed to is of a version before."""
        return self.number > 1 and self.consented_at is not None and self.consented_at < self.sent_at


def new_token():
    return secrets.token_urlsafe(24)


class CoAuthorQuerySet(models.QuerySet):
    def of(self, user):
        """Where `user` is named, by account or by an address that is surely theirs."""
        return self.filter(Q(user=user) | Q(email__in=user.verified_addresses))

    def confirmed(self):
        return self.filter(state=CoAuthor.State.CONFIRMED)

    def not_asked_again(self, names):
        """Their addresses, without those who confirmed under another name than `names`, `{address: name}`,
        gives them."""
        rows = self.values_list("email", "name", "state")
        return {
            email
            for email, name, state in rows
            if state != CoAuthor.State.CONFIRMED or names.get(email) == name
        }

    def standing(self):
        """Those who did not decline."""
        return self.exclude(state=CoAuthor.State.DECLINED)


class CoAuthor(models.Model):
    """A co-author named by the author; shown to readers once they confirmed."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")

    contribution = models.ForeignKey(
        "contributions.Contribution",
        models.CASCADE,
        related_name="co_authors",
        verbose_name=_("contribution"),
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    # Opens the page where the person answers; it is in the mail to them and nowhere else.
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("person"),
    )  # fmt: skip
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = CoAuthorQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("co-author")
        verbose_name_plural = _("co-authors")
        constraints = [models.UniqueConstraint(fields=["contribution", "email"], name="co_author_once")]

    def __str__(self):
        return self.name

    def rename(self, name):
        """The author names them otherwise: the new name shows at once. Whoever confirmed did so under the
        name they were shown, which nobody changes behind their back: until they confirm the new one, none
        stands with the contribution. Return whether they are to be asked."""
        others = CoAuthor.objects.filter(pk=self.pk).exclude(name=name)
        asked = {"name": name, "state": self.State.ASKED, "answered_at": None}
        again = others.confirmed().update(**asked)
        others.exclude(state=self.State.CONFIRMED).update(name=name)
        return bool(again)

    def answer(self, confirm, *, user=None):
        """Confirm or decline, at any time and again; whoever is signed in, or has proven the address,
        may read the contribution from then on."""
        self.state = self.State.CONFIRMED if confirm else self.State.DECLINED
        with transaction.atomic():
            known = confirm and user and user.is_authenticated and User.objects.held(user.pk)
            self.user = user if known else None
            CoAuthor.objects.filter(pk=self.pk).update(state=self.state, user=self.user, answered_at=HubNow())
