"""The public pages of working groups, their meetings and calls. Each fetches through `published()`."""

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from directory.embedding import embeddable
from directory.formats.pages import in_formats
from directory.models import Organisation
from directory.pagination import paginate
from directory.text import best_text, language, written_in
from workinggroup import api, jsonld
from workinggroup.models import (
    Call,
    ContextParagraph,
    Document,
    Licence,
    Meeting,
    Question,
    WorkingGroup,
    as_rows,
    bulk_of,
)
from workinggroup.templatetags.workinggroup import without_markup
from workinggroup.timeline import steps


def in_languages(*fields):
    return [f"{field}_{code}" for field in fields for code, _name in settings.LANGUAGES]


def gathered(queryset, *fields):
    """The rows of a related queryset as one array column: a page needs no further query for them."""
    return ArraySubquery(as_rows(queryset, *fields))


def questions_of(reference):
    return gathered(
        Question.objects.filter(group=OuterRef(reference)).order_by("position", "pk"),
        "key", "basis", *in_languages("text"),
    )  # fmt: skip


@in_formats(api.GroupViewSet, subscriptions=("feed",))
@require_safe
def groups(request):
    open_call = Call.objects.published().open().filter(group=OuterRef("pk"))
    queryset = (
        WorkingGroup.objects.published()
        .with_coordinator()
        .annotate(has_open_call=Exists(open_call))
        .order_by("-has_open_call", "slug")
        .prefetch_related(
            Prefetch("calls", Call.objects.published().most_urgent_first()),
            Prefetch("meetings", Meeting.objects.published().with_event()),
        )
    )
    return render(request, "workinggroup/groups.html", paginate(request, queryset))


@in_formats(api.GroupViewSet, key="slug", subscriptions=("feed", "calendar"))
@require_safe
def group(request, slug):
    named = WorkingGroup.organisations.through.objects.filter(workinggroup=OuterRef(OuterRef("pk")))
    areas = WorkingGroup.areas.through.objects.filter(workinggroup=OuterRef("pk"))
    paragraphs = ContextParagraph.objects.filter(group=OuterRef("pk")).order_by("position", "pk")
    organisations = Organisation.objects.published().filter(pk__in=named.values("organisation"))
    record = get_object_or_404(
        WorkingGroup.objects.published()
        .with_coordinator()
        .select_related("forum")
        .defer(*bulk_of("coordinator", "forum"), "loaded")
        .annotate(
            area_keys=ArraySubquery(areas.order_by("region__position", "region").values("region")),
            paragraph_rows=gathered(paragraphs, "key", "basis", *in_languages("text")),
            question_rows=questions_of("pk"),
            organisation_rows=gathered(
                organisations.order_by("slug"), "id", "slug", *in_languages("name", "acronym")
            ),
        ),
        slug=slug,
    )
    meetings = list(meetings_of(record))
    calls, open_calls = calls_around(record)
    paragraphs = [ContextParagraph(**row) for row in record.paragraph_rows]
    return render(
        request,
        "workinggroup/group.html",
        {
            "group": record,
            "written_in": written_in(record),
            "call": calls[0] if calls else None,
            "other_calls": calls[1:],
            "open_calls": open_calls,
            "meetings": meetings,
            "steps": steps(calls[0] if calls else None, meetings[0] if meetings else None),
            "paragraphs": paragraphs,
            "questions": numbered(record.question_rows),
            "organisations": [Organisation(**row) for row in record.organisation_rows],
            "documents": list(documents_of(record)),
            "description": summary(paragraphs[0], "text") if paragraphs else "",
            "data": jsonld.group(request, record, paragraphs),
        },
    )


@in_formats(api.MeetingViewSet, key="slug")
@require_safe
def meeting(request, group, slug):
    record = get_object_or_404(
        Meeting.objects.published()
        .select_related("group__coordinator", "event")
        .defer(*bulk_of("group__coordinator", "event"), "loaded"),
        group__slug=group,
        slug=slug,
    )
    own = Q(meeting=record) | Q(meeting=None)
    calls, open_calls = calls_around(record.group)
    # A call of the group for no one meeting stands on the page too, after the meeting's own.
    calls = [found for found in calls if found.meeting_id in (record.pk, None)]
    calls.sort(key=lambda found: found.meeting_id is None)
    return render(
        request,
        "workinggroup/meeting.html",
        {
            "meeting": record,
            "group": record.group,
            "written_in": written_in(record),
            "call": calls[0] if calls else None,
            "other_calls": calls[1:],
            "open_calls": open_calls,
            "steps": steps(calls[0] if calls else None, record),
            "documents": list(documents_of(record.group).filter(own)),
            "sourced": sourced(record),
            "description": summary(record, "purpose"),
            "data": jsonld.meeting(request, record),
        },
    )


@require_safe
def outcomes(request, slug):
    """The challenges and guidelines of a group, which the app above this one shows."""
    record = get_object_or_404(WorkingGroup.objects.published().with_coordinator(), slug=slug)
    return render(request, "workinggroup/outcomes.html", {"group": record, "written_in": written_in(record)})


@in_formats(api.CallViewSet, key="slug")
@require_safe
def call(request, slug):
    record = get_object_or_404(
        Call.objects.published()
        .with_state()
        .select_related("group__coordinator", "meeting__event")
        .annotate(question_rows=questions_of("group"))
        .defer(*bulk_of("group__coordinator", "meeting__event"), "loaded"),
        slug=slug,
    )
    if record.meeting:
        record.meeting.group = record.group
    meeting = record.meeting if record.meeting and record.meeting.is_published else None
    documents = documents_of(record.group).filter(Q(meeting=None) | Q(meeting=meeting))
    return render(
        request,
        "workinggroup/call.html",
        {
            "call": record,
            "group": record.group,
            "written_in": written_in(record),
            "meeting": meeting,
            "steps": steps(record, meeting),
            "questions": numbered(record.question_rows),
            "call_questions": list(record.questions.all()),
            "changes": list(record.changes.all()[:5]),
            "licence_url": Licence(record.licence).url(language()),
            "documents": list(documents),
            "sourced": sourced(record),
            "description": summary(record, "text") or summary(record, "notice"),
            "data": jsonld.call(request, record),
        },
    )


def numbered(rows):
    """Questions with their numbers, which run on where the origin of the questions changes."""
    questions = [Question(**row) for row in rows]
    for number, question in enumerate(questions, 1):
        question.number = number
    return questions


def meetings_of(record):
    return Meeting.objects.published().with_event().filter(group=record)


def calls_around(record):
    """The published calls of the group, the most urgent first, and the open ones of other groups."""
    calls = (
        Call.objects.published()
        .most_urgent_first()
        .filter(Q(group=record) | Q(state=Call.State.OPEN))
        .select_related("group")
        .defer("loaded", "group__loaded")
    )
    own = [found for found in calls if found.group_id == record.pk]
    return own, [found for found in calls if found.group_id != record.pk]


def documents_of(record):
    return Document.objects.published().filter(group=record).with_files().defer("loaded")


def sourced(record):
    """The record whose sources stand on the page: a meeting or call without its own rests on its group's."""
    return record if record.sources or record.confidence_id else record.group


def summary(record, field):
    """The first sentences of a text without its Markdown, for search engines and previews."""
    value = without_markup(best_text(record, field)[0])
    return value if len(value) <= 200 else value[:199].rsplit(" ", 1)[0] + "…"


@embeddable
def embed_call(request, slug):
    """The card of a call, for a frame on a partner's site."""
    record = get_object_or_404(
        Call.objects.published().with_state().select_related("group").defer("loaded", "group__loaded"),
        slug=slug,
    )
    return render(request, "embed/call.html", {"call": record, "whole": record.get_absolute_url()})
