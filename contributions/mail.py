"""The mail that contributions cause, each written in its reader's language in the caller's transaction."""

from datetime import timedelta

from django.db.models.functions import Now

from accounts.letters import MailKind
from accounts.models import OutgoingMail, User
from workinggroup.mail import address, letter


def to_person(user, template, context, *, page, args=(), kind=""):
    """Write to somebody with an account, unless they switched letters of that kind off."""
    if not kind or user.wants(kind):
        OutgoingMail.objects.post(letter(user, template, context, page=page, args=args, kind=kind))


def to_author(record, template, **context):
    if record.author:
        to_person(
            record.author,
            template,
            {"contribution": record, "call": record.call, **context},
            page="contributions:mine",
            args=[record.reference],
        )


def public_address(record, user):
    return address("contributions:contribution", record.reference, language=user.language)


def receipt(record, admitted=""):
    """It is in, under this reference; `admitted`: why staff let a late draft in."""
    to_author(record, "receipt", admitted=admitted)


def decision(record, step, reason):
    """What a moderator decided, and why."""
    if record.author:
        public = public_address(record, record.author)
        to_author(record, "decision", step=str(step), reason=reason, public_url=public)


def disowned(record, organisation):
    """The organisation on whose behalf it was sent does not stand behind it."""
    to_author(record, "disowned", organisation=organisation)


def refused_late(draft, call, user):
    """The call had closed when it came, at `late_at`; where the text is, which is kept."""
    to_person(
        user,
        "refused_late",
        {"draft": draft, "call": call},
        page="contributions:draft",
        args=[call.slug, draft.pk],
    )


# Nobody sends letters to strangers through the hub without an end: so many a day, by one author.
MOST_ASKED = 40


def asked_within_a_day(author):
    """How many people were asked by letter, within 24 hours, whether they wrote with `author`."""
    return OutgoingMail.objects.filter(
        occasion__startswith=f"co-author:{author.pk}:", created_at__gt=Now() - timedelta(days=1)
    ).count()


def ask_co_author(person):
    """Ask somebody named as co-author whether they are: in their language if they have an account,
    else in that of the contribution."""
    record = person.contribution
    user = User.objects.of_address(person.email)
    language = user.language if user else record.language
    url = address("contributions:co_author", person.token, language=language)
    context = {"co_author": person, "contribution": record, "call": record.call, "url": url}
    # A later version may name them otherwise.
    occasion = f"co-author:{record.author_id}:{person.token}:{record.version}"
    OutgoingMail.objects.put(
        person.email, "co_author", context, language=language, user=user, occasion=occasion
    )


def published_on_behalf(record):
    """Tell the representatives of an organisation what was published on its behalf."""
    if record.organisation:
        for representative in record.organisation.representatives.select_related("user"):
            to_person(
                representative.user,
                "on_behalf",
                {
                    "contribution": record,
                    "organisation": record.organisation,
                    "public_url": public_address(record, representative.user),
                },
                page="contributions:disown",
                args=[record.reference],
                kind=MailKind.ON_BEHALF,
            )
