"""The sitemap: every published record in the languages it is written in, each naming the others."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from contributions.models import Challenge, Contribution, Guideline
from directory.models import Agreement, Event, Organisation, Region, Sector
from directory.text import written_in
from workinggroup.models import Call, Meeting, WorkingGroup


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


def records(queryset, *related):
    """A sitemap section of published records; `updated_at` is their last change."""

    class Records(Sitemap):
        i18n = alternates = True
        limit = 2000

        def items(self):
            return queryset().order_by("pk").select_related(*related)

        def get_languages_for_item(self, item):
            return written_in(item)

        def lastmod(self, item):
            return item.updated_at

    return Records


class Contributions(Sitemap):
    """In the language they were written in, and in those into which people translated them."""

    i18n = alternates = True
    limit = 2000

    def items(self):
        return Contribution.objects.published().without_bulk().with_languages().order_by("pk")

    def get_languages_for_item(self, item):
        return item.languages

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
        return written_in(item)


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
            return written_in(item)

    return Gathered


SITEMAPS = {
    "pages": Pages,
    "organisations": records(lambda: Organisation.objects.published().without_bulk()),
    "agreements": records(lambda: Agreement.objects.published().without_bulk()),
    "events": records(lambda: Event.objects.published().without_bulk()),
    "regions": gathered(Region, "directory:region"),
    "sectors": gathered(Sector, "directory:sector"),
    "groups": records(lambda: WorkingGroup.objects.published()),
    "outcomes": Outcomes,
    "meetings": records(lambda: Meeting.objects.published(), "group"),
    "calls": records(lambda: Call.objects.published(), "group"),
    "contributions": Contributions,
}
