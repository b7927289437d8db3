"""A person's rights over what this app knows of them: to take it away, and to have it erased.

Every app has such a module; the site composes them (`ripess_hub/rights.py`).
"""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.letters import one_line
from accounts.models import OutgoingMail, User

# What stands where the name or the address of somebody who left stood.
BLANK = "…"
# Letters quote titles up to here in full.
WHOLE = 90


def every_address(user):
    return {user.email, *user.emailaddress_set.values_list("email", flat=True)}


def mail_to(user):
    """Mail to the account or to an address of the person's."""
    return OutgoingMail.objects.filter(Q(user=user) | Q(user=None, to__in=user.verified_addresses))


def export_for(user):
    """What this app knows about a person, for them to take away."""
    return {
        "account": {
            "email": user.email,
            "display_name": user.display_name,
            "language": user.language,
            "time_zone": user.time_zone,
            "letters_switched_off": user.mail_off,
            "mail_came_back": user.mail_failed_at,
            "joined": user.date_joined,
            "last_sign_in": user.last_login,
            "staff": user.is_staff,
        },
        "addresses": [
            {"email": address.email, "verified": address.verified, "primary": address.primary}
            for address in user.emailaddress_set.order_by("pk")
        ],
        "second_factor": user.authenticator_set.filter(type="totp").exists(),
        "mail": (
            {
                "to": mail.to,
                "subject": mail.subject,
                "text": mail.text,
                "written": mail.created_at,
                "state": mail.state,
            }
            for mail in mail_to(user).filter(holds_code=False).order_by("pk").iterator()
        ),
    }


def erase(user):
    """Remove the person: account, addresses, factors, sessions, mail to them, and their addresses
    from mail to others and from the log of the admin. Their history keeps a number."""
    addresses = every_address(user)
    mail_to(user).delete()
    # A code goes to an address before anybody has shown that it is theirs.
    OutgoingMail.objects.filter(user=None, to__in=addresses, holds_code=True).delete()
    Session.objects.filter(pk__in=list(sessions_of(user, addresses))).delete()
    # Of what has expired nothing need be known: it goes unopened, now or with the next housekeeping.
    transaction.on_commit(SessionStore.clear_expired, robust=True)
    unname(User, [user.pk])
    redact(set(user.verified_addresses))
    transaction.on_commit(lambda: remove_local_mail(addresses), robust=True)
    user.delete()


def sessions_of(user, addresses):
    """The keys of the sessions still valid that hold the account or one of its addresses, which a sign-in
    that waits for a code names before it names the account. What a session holds is read by opening it
    (35 to 50 µs each, measured), in the transaction: one left behind by a crash would hold an address."""
    quoted = [repr(address) for address in addresses]
    living = Session.objects.filter(expire_date__gt=timezone.now())
    for key, text in living.values_list("session_key", "session_data").iterator():
        data = Session(session_data=text).get_decoded()
        if data.get(SESSION_KEY) == str(user.pk) or any(address in repr(data) for address in quoted):
            yield key


def unname(model, pks):
    """Keep what staff did to these records in the admin, without the names that it held."""
    kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
    LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in pks]).update(
        object_repr=Concat(Value("#"), "object_id"), change_message=""
    )


def redact(words, *, about=None):
    """Take `words` (whole ones) out of mail to other people and out of the log of the admin. With
    `about`, only out of mail that holds one of these texts too: a name alone may be somebody else's."""
    words = sorted({one_line(word) for word in words} - {""}, key=len, reverse=True)
    if not words or about == []:
        return
    pattern = re.compile("|".join(as_quoted(word) for word in words), re.IGNORECASE)
    words = [word[:WHOLE] for word in words]
    held = OutgoingMail.objects.filter(any_holds(("subject", "text"), words))
    if about is not None:
        held = held.filter(any_holds(("subject", "text"), about))
    for mail in held.iterator():
        subject, text = pattern.sub(BLANK, mail.subject), pattern.sub(BLANK, mail.text)
        OutgoingMail.objects.filter(pk=mail.pk).update(subject=subject, text=text)
    if about is None:
        LogEntry.objects.filter(any_holds(("object_repr", "change_message"), words)).update(
            object_repr=Concat(Value("#"), "object_id"), change_message=""
        )


def as_quoted(word):
    """The pattern of words in a letter, where long ones are cut short."""
    if len(word) > WHOLE:
        return rf"(?<!\w){re.escape(word[:WHOLE])}[^”\n]*"
    return rf"(?<!\w){re.escape(word)}(?!\w)"


def any_holds(fields, words):
    found = Q()
    for field in fields:
        for word in words:
            found |= Q(**{f"{field}__icontains": word})
    return found


def remove_local_mail(addresses):
    """Without a mail server, mail is kept in files of the data folder; the person's go as well."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    for path in Path(folder).glob("*.log") if folder else ():
        text = path.read_text(errors="replace")
        if any(address in text for address in addresses):
            path.unlink(missing_ok=True)
