"""Translations of contributions, by people."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from contributions.models.columns import search_column
from contributions.models.contributions import Contribution
from directory.models.publication import Publishable, PublishableQuerySet
from directory.search_fields import CONFIGURATIONS


class TranslationQuerySet(PublishableQuerySet):
    def published(self):
        """What the public may see: published translations of published contributions."""
        return super().published().filter(contribution__in=Contribution.objects.published().values("pk"))

    def editable_by(self, user):
        """Translations of what `user` may translate, published or not."""
        return self.filter(contribution__in=Contribution.objects.translatable_by(user).values("pk"))

    def without_search(self):
        """Leave out the columns that only searches read."""
        return self.defer(*(f"search_{code}" for code in CONFIGURATIONS))

    def stale(self):
        """Those whose original has changed since."""
        return self.filter(source_version__lt=F("contribution__version"))


class ContributionTranslation(Publishable):
    """A contribution in another language, by a person, of one version of the original."""

    contribution = models.ForeignKey(
        Contribution, models.CASCADE, related_name="translations", verbose_name=_("contribution")
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("summary"), blank=True)
    text = models.TextField(_("text"), help_text=_("Markdown."))
    source_version = models.PositiveIntegerField(
        _("version translated"), help_text=_("The version of the original that this text translates.")
    )
    translator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("translated by"),
    )  # fmt: skip
    translator_name = models.CharField(_("name of the translator"), max_length=150, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    # Computed by PostgreSQL, never written by Python.
    search_es = search_column("es", person="translator_name", publication="published")
    search_fr = search_column("fr", person="translator_name", publication="published")
    search_en = search_column("en", person="translator_name", publication="published")

    objects = TranslationQuerySet.as_manager()

    class Meta:
        ordering = ["language"]
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "language"],
                name="translation_once",
                violation_error_message=_("There is a translation into this language already."),
            )
        ]
        indexes = [
            GinIndex(fields=["search_es"], name="translation_search_es"),
            GinIndex(fields=["search_fr"], name="translation_search_fr"),
            GinIndex(fields=["search_en"], name="translation_search_en"),
        ]

    def __str__(self):
        return f"{self.language}: {self.title}"

    @property
    def is_published(self):
        return super().is_published and self.contribution.is_published

    @property
    def is_stale(self):
        """Whether the original has changed since."""
        return self.source_version < self.contribution.version
