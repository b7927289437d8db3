"""The public pages of contributions. Each fetches through `published()`."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from contributions import api, filters, jsonld
from contributions.models import Challenge, Contribution
from contributions.outline import outlined, reading_minutes
from directory import facets
from directory.formats.pages import in_formats
from directory.pagination import paginate
from workinggroup.models import bulk_of


@in_formats(api.ContributionViewSet)
@require_safe
def contributions(request):
    queryset = Contribution.objects.published().without_bulk().with_byline()
    filterset = filters.ContributionFilter(request.GET, queryset)
    context = paginate(request, filterset.qs)
    total = context["page_obj"].paginator.count
    tables = filters.vocabularies()
    chips = filters.chips(filterset, tables, request.GET)
    return render(
        request,
        "contributions/contributions.html",
        {
            **context,
            "filterset": filterset,
            "total": total,
            "q": filterset.chosen("q") or "",
            "order": filterset.chosen_order,
            "orders": filterset.filters["order"].extra["choices"],
            "facets": filters.facets(filterset, tables),
            "chips": chips,
            "clear_url": "?",
            "unknown_values": filters.unknown_values(filterset, tables),
            "suggestions": [] if total else facets.suggestions(filterset, chips, request.GET),
            "heading": ngettext("%(count)s contribution", "%(count)s contributions", total)
            % {"count": total},
        },
    )


@in_formats(api.ContributionViewSet, key="reference")
@require_safe
def contribution(request, reference):
    record = get_object_or_404(
        Contribution.objects.published()
        .with_byline()
        .select_related("call__group__coordinator")
        .defer(*bulk_of("call__group__coordinator")),
        reference=reference,
    )
    html, entries = outlined(record.text)
    challenges = Challenge.objects.published().filter(contributions=record, group=record.call.group)
    return render(
        request,
        "contributions/contribution.html",
        {
            "contribution": record,
            "call": record.call,
            "group": record.call.group,
            "html": html,
            "entries": entries,
            "minutes": reading_minutes(record.text),
            "challenges": list(challenges.defer("loaded")),
            "description": record.summary,
            "data": jsonld.contribution(request, record),
        },
    )
