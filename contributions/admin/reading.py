"""What the reading page shows: a contribution whole, what happened to it, and what changed in it."""

from django.conf import settings
from django.db.models import Max, Prefetch

from contributions.admin.moderated import steps_of
from contributions.admin.steps import OFFERED
from contributions.comparison import compared, further_fields, words
from contributions.models import DECISIONS, Contribution, ContributionTranslation, Reading
from contributions.outline import outlined
from directory.admin import name_of
from directory.text import language_name
from workinggroup.models import Call


def with_everything(queryset, pk):
    """The contribution with its call, author and organisation, and the call `with_state()`; or None."""
    record = (
        queryset.select_related("call__group", "author", "organisation")
        .prefetch_related(
            "attachments",
            "co_authors",
            "regions",
            "sectors",
            "agreements",
            "call__questions",
            Prefetch("translations", ContributionTranslation.objects.without_search()),
        )
        .filter(pk=pk)
        .first()
    )
    if record:
        group, questions = record.call.group, record.call.questions.all()
        record.call = Call.objects.with_state().get(pk=record.call_id)
        record.call.group = group
        record.question_list = list(questions)
    return record


def note_reading(record, user):
    """From now on `user` has seen this version."""
    Reading.objects.get_or_create(contribution=record, user=user, version=record.version)


def last_known(record, user):
    """The version before the present one that `user` read or anybody judged last; None for neither."""
    before = {"version__lt": record.version}
    read = record.readings.filter(user=user, **before).aggregate(last=Max("version"))["last"]
    judged = record.steps.filter(step__in=DECISIONS, **before).aggregate(last=Max("version"))["last"]
    return max(read or 0, judged or 0) or None


def versions_of(record):
    """The versions as they were sent, by their number."""
    return {version.number: version for version in record.versions.all()}


def difference(record, versions, old, new):
    """What changed from one version to another; None where one of them is not there."""
    before, after = versions.get(old), versions.get(new)
    if before is None or after is None or old == new:
        return None
    found = {
        "old": before,
        "new": after,
        "title": words(before.title, after.title) if before.title != after.title else [],
        "summary": words(before.summary, after.summary) if before.summary != after.summary else [],
        "text": compared(before.text, after.text),
        "fields": further_fields(before.rest, after.rest, record.question_list),
    }
    found["anything"] = any(found[name] for name in ("title", "summary", "text", "fields"))
    return found


def number(text, versions):
    """The number of a version that was asked for, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and int(text[:9]) in versions else None


def chosen_difference(request, record, versions):
    """The difference that the reader chose in the address, else since the last version they know."""
    old = number(request.GET.get("from"), versions) or last_known(record, request.user)
    new = number(request.GET.get("to"), versions) or record.version
    return difference(record, versions, old, new)


def answers_of(record):
    """`[(question, answer)]`, in the order of the call; answers to questions no longer asked last."""
    rest = dict(record.answers)
    rows = [(question, rest.pop(str(question.pk), "")) for question in record.question_list]
    return [(question, text) for question, text in [*rows, *((None, text) for text in rest.values())] if text]


def conflict_of(error, record):
    """What a moderator must know whose step came too late: who did what, when, and why."""
    last = error.last
    return {
        "wanted": OFFERED[error.step],
        "version": error.version,
        "text_changed": error.text_changed,
        "who": name_of(last.by) if last and last.by else (record.shown_author if last else ""),
        "last": last,
    }


def next_waiting(queryset, record):
    """The contribution that has waited longest, apart from this one and the reader's own."""
    waiting = queryset.filter(state=Contribution.State.RECEIVED, is_own=False).exclude(pk=record.pk)
    return waiting.order_by("received_at", "pk").only("pk", "reference", "title", "language").first()


def page_of(record):
    """What the page shows of the contribution itself."""
    html, _entries = outlined(record.text)
    steps = list(steps_of(record))
    for step in steps:
        step.who = name_of(step.by) if step.by else ""
    return {
        "html": html,
        "answers": answers_of(record),
        "steps": steps,
        "language": record.author.language if record.author else record.language,
        "languages": languages_of(record),
        "reports": list(record.reports.waiting()),
    }


def languages_of(record):
    """The languages other than the original's, each with its translation if there is one."""
    made = {translation.language: translation for translation in record.translations.all()}
    return [
        {
            "code": code,
            "name": language_name(code),
            "translation": made.get(code),
            "stale": code in made and made[code].source_version < record.version,
        }
        for code, _name in settings.LANGUAGES
        if code != record.language
    ]
