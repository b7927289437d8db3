"""The sitemap: every published record in its three languages."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from contributions.models import Contribution
from directory.models import Agreement, Event, Organisation
from workinggroup.models import Call, Meeting, WorkingGroup


class Pages(Sitemap):
    i18n = alternates = True
    limit = 2000

    def items(self):
        return [
            "home", "about", "data", "accessibility", "privacy", "directory:organisations",
            "directory:agreements", "directory:events", "workinggroup:groups",
            "contributions:contributions",
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

        def lastmod(self, item):
            return item.updated_at

    return Records


SITEMAPS = {
    "pages": Pages,
    "organisations": records(lambda: Organisation.objects.published().without_bulk()),
    "agreements": records(lambda: Agreement.objects.published().without_bulk()),
    "events": records(lambda: Event.objects.published().without_bulk()),
    "groups": records(lambda: WorkingGroup.objects.published()),
    "meetings": records(lambda: Meeting.objects.published().filter(group__publication="published"), "group"),
    "calls": records(lambda: Call.objects.published().filter(group__publication="published")),
    "contributions": records(lambda: Contribution.objects.published()),
}
