"""The public pages of contributions. Each fetches through `published()`."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from contributions import api, filters, jsonld
from contributions.models import Contribution, ContributionTranslation
from contributions.outline import outlined, reading_minutes
from directory import facets
from directory.formats.pages import in_formats
from directory.models import Agreement
from directory.pagination import paginate
from directory.text import language
from workinggroup.models import CallQuestion, Licence, bulk_of


@in_formats(api.ContributionViewSet, subscriptions=("feed",))
@require_safe
def contributions(request):
    queryset = Contribution.objects.published().without_bulk().with_byline().in_language(language())
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
    record = (
        Contribution.objects.published()
        .with_byline()
        .with_parts()
        .with_languages()
        .select_related("call__group__coordinator")
        .defer(*bulk_of("call__group__coordinator"))
        .filter(reference=reference)
        .first()
    )
    if record is None:
        return missing(request, reference)
    translations = [ContributionTranslation(**row) for row in record.translation_rows]
    shown = text_for(record, translations, original="original" in request.GET)
    html, entries = outlined(shown.text)
    return render(
        request,
        "contributions/contribution.html",
        {
            "contribution": record,
            "written_in": record.languages,
            "call": record.call,
            "group": record.call.group,
            "shown": shown,
            "translations": translations,
            "is_translation": shown is not record,
            "is_stale": shown is not record and shown.source_version < record.version,
            "answers": answers_of(record),
            "attachments": record.attachment_rows,
            "agreements": [Agreement(**row) for row in record.agreement_rows],
            "licence_url": Licence(record.licence).url(language()),
            "html": html,
            "entries": entries,
            "minutes": reading_minutes(shown.text),
            "description": shown.summary,
            "data": jsonld.contribution(request, record),
        },
    )


def missing(request, reference):
    """What was public once says that it is gone, in a neutral sentence; all else never was there."""
    if Contribution.objects.gone().filter(reference=reference).exists():
        response = render(request, "contributions/gone.html", status=410)
        # Browsers may keep this answer, and the author may undo it.
        response["Cache-Control"] = "no-store"
        return response
    raise Http404


def text_for(record, translations, *, original):
    """What the reader is shown: the contribution, or its translation into their language."""
    if original or record.language == language():
        return record
    return next((one for one in translations if one.language == language()), record)


def answers_of(record):
    """`[(question, answer)]` of what was answered."""
    questions = (CallQuestion(**row) for row in record.question_rows)
    return [
        (question, record.answers[str(question.pk)])
        for question in questions
        if record.answers.get(str(question.pk))
    ]
