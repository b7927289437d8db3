"""The directory's public pages. Each fetches through `published()`."""

from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory import api, api_vocabularies, facets, jsonld
from directory.filter_parts import by_text
from directory.filters import AgreementFilter, EventFilter, OrganisationFilter, agreements_counted
from directory.formats.pages import SUBSCRIPTIONS, in_formats
from directory.models import Agreement, AgreementParty, Event, Organisation, Relation
from directory.models.organisations import NAMES, Named
from directory.pagination import paginate
from directory.text import best_text
from directory.vocabulary import once_a_version, vocabulary

# With its parties in order, for a row of a table: one query for all rows.
PARTIES = Prefetch(
    "parties",
    AgreementParty.objects.select_related("organisation").only(
        "agreement", "name", "role", "organisation__country", *(f"organisation__{name}" for name in NAMES)
    ),
)


def listing(request, filterset, spec, size=20, total=None):
    """The context every faceted list shares: results, facets, chips, ways out of an empty result."""
    offered = facets.facets(filterset, spec)
    context = paginate(request, filterset.qs, size, filterset.total if total is None else total)
    total = context["page_obj"].paginator.count
    chosen = facets.chips(filterset, spec, request.GET)
    return {
        **context,
        "filterset": filterset,
        "total": total,
        "q": filterset.chosen("q") or "",
        "order": filterset.chosen_order,
        "orders": list(filterset.filters["order"].extra["choices"]),
        "facets": offered,
        "chips": chosen,
        "kept": facets.kept_values(filterset, spec, request.GET),
        "clear_url": "?",
        "unknown_values": facets.unknown_values(filterset, spec),
        "suggestions": [] if total else facets.suggestions(filterset, chosen, request.GET),
    }


@in_formats(api.OrganisationViewSet, subscriptions=("feed",))
def organisations(request):
    queryset = agreements_counted(Organisation.objects.published().rows())
    filterset = OrganisationFilter(request.GET, queryset)
    context = listing(request, filterset, facets.ORGANISATION_FACETS)
    context["heading"] = ngettext("%(count)s organisation", "%(count)s organisations", context["total"]) % {
        "count": context["total"]
    }
    return render(request, "directory/organisations.html", context)


def relations_of(organisation):
    """The organisation's relations both ways, to published organisations, by type: a list of
    `{type, inverse, organisations}`."""
    other_side = Q(source=organisation, target__publication="published") | Q(
        target=organisation, source__publication="published"
    )
    sides = [f"{side}__{name}" for side in ("source", "target") for name in NAMES]
    relations = (
        Relation.objects.filter(other_side)
        .order_by("type__position", "source__slug", "target__slug")
        .values_list("type", "type__position", "target", *sides)
    )
    groups = {}
    for kind, position, target, *names in relations:
        inverse = target == organisation.pk
        group = groups.setdefault(
            (inverse, position), {"type": kind, "inverse": inverse, "organisations": []}
        )
        group["organisations"].append(Named(*(names[: len(NAMES)] if inverse else names[len(NAMES) :])))
    return [group for _key, group in sorted(groups.items(), key=lambda item: item[0])]


@once_a_version
def organisers():
    """The organisations that organised a published event: few of all."""
    return frozenset(Event.objects.published().order_by().values_list("organisers", flat=True))


@in_formats(api.OrganisationViewSet, key="slug")
def organisation(request, slug):
    record = Organisation.objects.published().without_bulk().filter(slug=slug).first()
    if record is None:
        if other := Organisation.objects.standing_for(slug):
            return redirect(other, permanent=True)
        raise Http404(_("There is no such page."))
    agreements = (
        Agreement.objects.published()
        .rows()
        .filter(parties__organisation=record)
        .prefetch_related(PARTIES)
        .order_by("-start_year", "slug")
    )
    events = Event.objects.published().rows().filter(organisers=record).order_by("-year", "slug")
    return render(
        request,
        "directory/organisation.html",
        {
            "organisation": record,
            "agreements": list(agreements),
            "events": list(events) if record.pk in organisers() else [],
            "relations": relations_of(record),
            "description": summary(record, "description"),
            "data": jsonld.organisation(request, record),
        },
    )


@in_formats(api.AgreementViewSet, key="slug")
def agreement(request, slug):
    record = get_object_or_404(
        Agreement.objects.published().prefetch_related(PARTIES, "documents"), slug=slug
    )
    renewals = Agreement.objects.published().rows()
    return render(
        request,
        "directory/agreement.html",
        {
            "agreement": record,
            "parties": record.parties.all(),
            "supersedes": renewals.filter(pk=record.supersedes_id).first() if record.supersedes_id else None,
            "renewed_by": list(renewals.filter(supersedes=record)),
            "adopted_at": list(Event.objects.published().rows().filter(outcome=record)),
            "description": summary(record, "description"),
            "data": jsonld.agreement(request, record),
        },
    )


@in_formats(api.EventViewSet, subscriptions=("feed", "calendar"))
def events(request):
    filterset = EventFilter(request.GET, Event.objects.published().rows())
    context = listing(request, filterset, facets.EVENT_FACETS)
    context["heading"] = ngettext("%(count)s event", "%(count)s events", context["total"]) % {
        "count": context["total"]
    }
    return render(request, "directory/events.html", context)


@in_formats(api.EventViewSet, key="slug")
def event(request, slug):
    record = get_object_or_404(Event.objects.published(), slug=slug)
    if record.starts_on:
        request.subscriptions = [SUBSCRIPTIONS["calendar"]]
    editions = Event.objects.published().rows().exclude(pk=record.pk)
    return render(
        request,
        "directory/event.html",
        {
            "event": record,
            "organisers": list(by_text(record.organisers.published().named())),
            "outcome": Agreement.objects.published().filter(pk=record.outcome_id).first()
            if record.outcome_id
            else None,
            "editions": list(editions.filter(series=record.series)) if record.series else [],
            "description": summary(record, "theme"),
            "data": jsonld.event(request, record),
        },
    )


@in_formats(api_vocabularies.RegionViewSet, key="key")
def region(request, key):
    """Everything the directory holds of a region, a landing page of its own."""
    return gathered(request, "region", key, {"place_keys__contains": [key]})


def sector(request, key):
    """Everything the directory holds of a sector."""
    return gathered(request, "sector", key, {"sector_keys__contains": [key]})


def gathered(request, table, key, lookup):
    entry = vocabulary()[table].get(key)
    if entry is None:
        raise Http404(_("There is no such page."))
    organisations = by_text(Organisation.objects.published().rows().filter(**lookup))
    agreements = Agreement.objects.published().rows().filter(**lookup)
    events = Event.objects.none()
    if table == "region":
        events = Event.objects.published().rows().filter(**lookup)
    return render(
        request,
        "directory/place.html",
        {
            "entry": entry,
            "table": table,
            "organisations": organisations[:12],
            "organisation_count": organisations.count(),
            "organisations_url": f"{reverse('directory:organisations')}?{table}={key}",
            "agreements": AgreementFilter({}, agreements.prefetch_related(PARTIES)).qs[:12],
            "agreement_count": agreements.count(),
            "agreements_url": f"{reverse('directory:agreements')}?{table}={key}",
            "events": events[:8],
            "event_count": events.count() if table == "region" else 0,
            "events_url": f"{reverse('directory:events')}?{table}={key}",
        },
    )


def summary(record, field):
    """The first sentences of a text, for search engines and previews."""
    value = best_text(record, field)[0]
    return value if len(value) <= 200 else value[:199].rsplit(" ", 1)[0] + "…"
