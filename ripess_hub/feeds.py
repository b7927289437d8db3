"""The Atom feeds of the hub: everything, each list with its filters, each working group."""

from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contributions.filters import ContributionFilter
from contributions.models import Contribution
from directory.feeds import MOST, Entry, entry, respond
from directory.filters import AgreementFilter, EventFilter, OrganisationFilter
from directory.models import Agreement, Event, Organisation
from directory.text import best_text
from workinggroup.api import GroupFilter
from workinggroup.models import Call, Document, Meeting, WorkingGroup


@dataclass(frozen=True)
class Source:
    """A list as a feed: how it is fetched, filtered and told."""

    name: str
    model: type
    title: str
    summary: str = ""
    filterset: type = None
    page: str = ""
    join: tuple = ()

    def published(self):
        """The published records, the last changed first."""
        found = self.model.objects.published()
        return found.without_bulk() if hasattr(found, "without_bulk") else found

    def entries(self, queryset):
        kind = capfirst(self.model._meta.verbose_name)
        queryset = queryset.select_related(*self.join).order_by("-updated_at", "-pk")[:MOST]
        return [self.entry(record, kind) for record in queryset]

    def entry(self, record, kind):
        return entry(record, self.name, self.title, self.summary, kind)


class OfGroup(Source):
    """Without a title of its own a record goes by its group's."""

    def entry(self, record, kind):
        found = super().entry(record, kind)
        if not best_text(record, self.title)[0]:
            found.title, found.language = best_text(record.group, "title")
        found.title = f"{kind}: {found.title}"
        return found


class Contributions(Source):
    """In the one language they were written in."""

    def entry(self, record, kind):
        return Entry(
            id=f"{settings.LINKED_DATA_BASE}{self.name}/{record.reference}",
            url=record.get_absolute_url(),
            title=record.title,
            updated=record.updated_at,
            language=record.language,
            summary=record.summary,
            category=kind,
            published=record.published_at,
        )


LISTS = (
    Source(
        "organisations", Organisation, "name", "description", OrganisationFilter, "directory:organisations"
    ),
    Source("agreements", Agreement, "title", "description", AgreementFilter, "directory:agreements"),
    Source("events", Event, "title", "theme", EventFilter, "directory:events"),
    Source("groups", WorkingGroup, "title", "", GroupFilter, "workinggroup:groups"),
    Contributions(
        "contributions",
        Contribution,
        "title",
        "summary",
        ContributionFilter,
        "contributions:contributions",
    ),
)
OF_GROUPS = (
    OfGroup("meetings", Meeting, "title", "purpose", join=("group",)),
    OfGroup("calls", Call, "title", "notice", join=("group",)),
    OfGroup("documents", Document, "title", join=("group",)),
)
BY_NAME = {source.name: source for source in LISTS}


def latest(*entries):
    return sorted(chain(*entries), key=lambda one: (one.updated, one.id), reverse=True)[:MOST]


@require_safe
def everything(request):
    """What was published or changed last, of every kind."""
    found = latest(*(source.entries(source.published()) for source in (*LISTS, *OF_GROUPS)))
    return respond(request, _("Latest changes"), reverse("home"), found)


@require_safe
def of_list(request, name):
    """What changed last in a list, with the filters of its page."""
    source = BY_NAME.get(name)
    if source is None:
        raise Http404(_("There is no such page."))
    found = source.filterset(request.GET, source.published()).qs
    query = request.META.get("QUERY_STRING", "")
    page = reverse(source.page) + (f"?{query}" if query else "")
    title = capfirst(source.model._meta.verbose_name_plural)
    return respond(request, title, page, source.entries(found))


@require_safe
def of_group(request, slug):
    """What changed last in a working group: its meetings, calls, documents and contributions."""
    group = get_object_or_404(WorkingGroup.objects.published(), slug=slug)
    found = [source.entries(source.published().filter(group=group)) for source in OF_GROUPS]
    contributions = BY_NAME["contributions"]
    found.append(contributions.entries(contributions.published().filter(call__group=group)))
    return respond(request, best_text(group, "title")[0], group.get_absolute_url(), latest(*found))
