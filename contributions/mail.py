"""The mail that contributions cause, each written in its reader's language in the caller's transaction."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import OutgoingMail


def address(name, *args, language):
    """The full address of a page in `language`."""
    with translation.override(language):
        return settings.PUBLIC_ORIGIN + reverse(name, args=args)


def to_person(user, template, context, *, page, args=()):
    """Write to somebody with an account; `page` is the page of theirs that the mail leads to."""
    url = address(page, *args, language=user.language)
    OutgoingMail.objects.put(
        user.email, template, {"person": user, "url": url, **context}, language=user.language, user=user
    )


def to_author(record, template, **context):
    if record.author:
        to_person(
            record.author,
            template,
            {"contribution": record, "call": record.call, **context},
            page="contributions:mine",
            args=[record.reference],
        )


def receipt(record, admitted=""):
    """It is in, under this reference; `admitted`: why staff let a late draft in."""
    to_author(record, "receipt", admitted=admitted)


def decision(record, step, reason):
    """What a moderator decided, and why."""
    to_author(record, "decision", step=str(step), reason=reason)


def disowned(record, organisation):
    """The organisation on whose behalf it was sent does not stand behind it."""
    to_author(record, "disowned", organisation=organisation)


def refused_late(draft, call, user):
    """The call had closed; where the text is, which is kept."""
    to_person(
        user,
        "refused_late",
        {"draft": draft, "call": call},
        page="contributions:draft",
        args=[call.slug, draft.pk],
    )


def ask_co_author(person):
    """Ask somebody named as co-author whether they are; in the language of the contribution, since
    nothing else is known of them."""
    record = person.contribution
    language = record.language
    url = address("contributions:co_author", person.token, language=language)
    context = {"co_author": person, "contribution": record, "call": record.call, "url": url}
    OutgoingMail.objects.put(person.email, "co_author", context, language=language)


def published_on_behalf(record):
    """Tell the representatives of an organisation what was published on its behalf."""
    if record.organisation:
        for representative in record.organisation.representatives.select_related("user"):
            to_person(
                representative.user,
                "on_behalf",
                {"contribution": record, "organisation": record.organisation},
                page="contributions:disown",
                args=[record.reference],
            )
