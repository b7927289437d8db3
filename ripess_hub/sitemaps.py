"""The sitemap: every published record in the languages it is written in, each naming the others."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from contributions.models import Challenge, Contribution, Guideline
from directory.models import Agreement, Event, Organisation, Region, Sector
from directory.text import languages_of
from workinggroup.models import Call, Meeting, WorkingGroup

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Pages(Sitemap):
    i18n = alternates = True
    limit = 2000

    def items(self):
        return [
            "home", "about", "data", "data-columns", "data-api", "accessibility", "privacy", "directory:organisations",
            "directory:agreements", "directory:map", "directory:network", "directory:timeline", "directory:events",
            "workinggroup:groups", "contributions:contributions",
        ]  # fmt: skip

    def location(self, item):
        return reverse(item)


def written_in(record, title):
    """The languages in which a record has a title of its own, else those of its group; a page in another
    one shows a text in one of these."""
    found = languages_of(record, title)
    if not found and getattr(record, "group_id", None):
        found = languages_of(record.group, "title")
    return found or LANGUAGES


def records(queryset, title, *related):
    """A sitemap section of published records; `updated_at` is their last change."""

    class Records(Sitemap):
        i18n = alternates = True
        limit = 2000

        def items(self):
            return queryset().order_by("pk").select_related(*related)

        def get_languages_for_item(self, item):
            return written_in(item, title)

        def lastmod(self, item):
            return item.updated_at

    return Records


class Contributions(Sitemap):
    """In the one language they were written in."""

    i18n = alternates = True
    limit = 2000

    def items(self):
        return Contribution.objects.published().without_bulk().order_by("pk")

    def get_languages_for_item(self, item):
        return [item.language]

    def lastmod(self, item):
        return item.updated_at


class Outcomes(Sitemap):
    """The groups that have challenges or guidelines to show."""

    i18n = alternates = True

    def items(self):
        shown = [
            set(model.objects.published().values_list("group", flat=True)) for model in (Challenge, Guideline)
        ]
        return WorkingGroup.objects.published().filter(pk__in=set.union(*shown)).order_by("pk")

    def location(self, item):
        return reverse("workinggroup:outcomes", args=[item.slug])

    def get_languages_for_item(self, item):
        return written_in(item, "title")


def gathered(model, view):
    """The pages that gather what belongs to a region or a sector."""

    class Gathered(Sitemap):
        i18n = alternates = True
        limit = 2000

        def items(self):
            return model.objects.order_by("pk")

        def location(self, item):
            return reverse(view, args=[item.pk])

        def get_languages_for_item(self, item):
            return written_in(item, "label")

    return Gathered


SITEMAPS = {
    "pages": Pages,
    "organisations": records(lambda: Organisation.objects.published().without_bulk(), "name"),
    "agreements": records(lambda: Agreement.objects.published().without_bulk(), "title"),
    "events": records(lambda: Event.objects.published().without_bulk(), "title"),
    "regions": gathered(Region, "directory:region"),
    "sectors": gathered(Sector, "directory:sector"),
    "groups": records(lambda: WorkingGroup.objects.published(), "title"),
    "outcomes": Outcomes,
    "meetings": records(lambda: Meeting.objects.published(), "title", "group"),
    "calls": records(lambda: Call.objects.published(), "title", "group"),
    "contributions": Contributions,
}
