"""The directory's public pages. Each fetches through `published()`."""

from functools import partial

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from directory import api, citation, ego_network, facets, jsonld, maps
from directory.api_parts import in_languages
from directory.filter_parts import by_text
from directory.filters import EventFilter, OrganisationFilter, agreements_counted
from directory.formats.pages import SUBSCRIPTIONS, in_formats
from directory.models import Agreement, AgreementParty, Event, Organisation, Relation
from directory.models.organisations import NAMES, Named
from directory.pagination import paginate
from directory.text import best_text, written_in
from directory.timeline import chains
from directory.vocabulary import once_a_version

# With its parties in order, for a row of a table: one query for all rows.
PARTIES = Prefetch(
    "parties",
    AgreementParty.objects.select_related("organisation").only(
        "agreement",
        *in_languages("name"),
        "role",
        "organisation__country",
        *(f"organisation__{name}" for name in NAMES),
    ),
)


# The regions an agreement names, as a column of its own query.
REGIONS = Agreement.regions.through.objects.filter(agreement=OuterRef("pk")).order_by(
    "region__position", "region"
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
    # What ties it to others is asked for only where nothing of this version is kept (`{% cache %}`): the
    # same for everybody, it also spares those who are signed in, whose pages are never kept.
    agreements = (
        Agreement.objects.published()
        .rows()
        .filter(parties__organisation=record)
        .prefetch_related(PARTIES)
        .order_by(F("start_year").desc(nulls_last=True), "slug")
    )
    events = Event.objects.published().rows().filter(organisers=record).order_by("-year", "slug")
    return render(
        request,
        "directory/organisation.html",
        {
            "organisation": record,
            "written_in": written_in(record),
            "agreements": agreements,
            "events": events if record.pk in organisers() else [],
            "relations": partial(relations_of, record),
            "around": partial(ego_network.around, record),
            "description": summary(record, "description"),
            "data": jsonld.organisation(request, record),
        },
    )


@in_formats(api.AgreementViewSet, key="slug")
def agreement(request, slug):
    record = get_object_or_404(
        Agreement.objects.published()
        .annotate(region_keys=ArraySubquery(REGIONS.values("region")))
        .prefetch_related(PARTIES, "documents"),
        slug=slug,
    )
    return render(
        request,
        "directory/agreement.html",
        {
            "agreement": record,
            "written_in": written_in(record),
            "parties": record.parties.all(),
            "chains": chains(record.pk),
            "map": maps.close_up(Agreement.objects.filter(pk=record.pk))
            if len(record.seat_keys) > 1
            else None,
            "citation": citation.plain(record),
            "bibtex": citation.bibtex(record),
            "adopted_at": list(Event.objects.published().rows().filter(outcome=record)),
            "description": summary(record, "description"),
            "data": jsonld.agreement(request, record),
        },
    )


@require_safe
def agreement_bibtex(request, slug):
    """The agreement as a BibTeX file, for programs that keep references."""
    record = get_object_or_404(Agreement.objects.published().prefetch_related(PARTIES), slug=slug)
    response = HttpResponse(citation.bibtex(record), content_type="application/x-bibtex; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{record.slug}.bib"'
    return response


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
            "written_in": written_in(record),
            "organisers": list(by_text(record.organisers.published().named())),
            "outcome": Agreement.objects.published().filter(pk=record.outcome_id).first()
            if record.outcome_id
            else None,
            "editions": list(editions.filter(series=record.series)) if record.series else [],
            "description": summary(record, "theme"),
            "data": jsonld.event(request, record),
        },
    )


def summary(record, field):
    """The first sentences of a text, for search engines and previews."""
    value = best_text(record, field)[0]
    return value if len(value) <= 200 else value[:199].rsplit(" ", 1)[0] + "…"
