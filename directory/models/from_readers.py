"""What readers tell staff: it waits until somebody has settled it, and nothing changes by itself."""

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class FromReaderQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at=None)

    def write(self, user, **values):
        """Keep what a reader says; without the account that they erase at the same moment."""
        with transaction.atomic():
            known = user.is_authenticated and User.objects.held(user.pk)
            return self.create(user=user if known else None, **values)

    def settle(self, by, **values):
        """Somebody has dealt with those that still wait; return how many there were."""
        return self.waiting().update(settled_at=Now(), settled_by=by, **values)


class FromReader(models.Model):
    """Words of a reader, signed in or not, in the language of the page they were written on."""

    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    created_at = models.DateTimeField(_("received"), db_default=Now())
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        abstract = True
        ordering = ["-pk"]
