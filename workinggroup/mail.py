"""Letters to people with an account, one by one or to everybody who follows something."""

import logging
from zlib import crc32

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from accounts.models import OutgoingMail, User
from workinggroup.models import Call

logger = logging.getLogger(__name__)

# So many letters are written in one transaction.
BATCH = 100


def address(name, *args, language):
    """The full address of a page in `language`."""
    with translation.override(language):
        return settings.PUBLIC_ORIGIN + reverse(name, args=args)


def letter(user, template, context, *, page, args=(), kind="", occasion=None):
    """A letter to somebody with an account, not stored yet; `page` is the page it leads to."""
    url = address(page, *args, language=user.language)
    return OutgoingMail.objects.compose(
        user.email,
        template,
        {"person": user, "url": url, **context},
        language=user.language,
        user=user,
        kind=kind,
        occasion=occasion,
    )


def late_access(access):
    """Tell whoever was given late access, once for each instant it lasts until: with an account or
    without one yet."""
    call = Call.objects.with_state().select_related("group").get(pk=access.call_id)
    if not call.is_published or access.until <= call.now:
        return
    user = User.objects.of_address(access.email)
    person = user or User(email=access.email, time_zone=call.time_zone)
    with translation.override(person.language):
        back = urlencode({"next": call.get_absolute_url()})
    url = f"{address('account_login', language=person.language)}?{back}"
    # The same row may be given to another address.
    occasion = f"late-access:{access.pk}:{access.until.timestamp():.0f}:{crc32(access.email.encode())}"
    context = {"person": person, "access": access, "call": call, "url": url}
    letter = OutgoingMail.objects.compose(
        access.email, "late_access", context, language=person.language, user=user, occasion=occasion
    )
    OutgoingMail.objects.put_once([letter])


def tell(people, occasion, write):
    """Write to each of `people`, a queryset of users, about `occasion`, once: `write(person, key)`
    composes the letter, `key` being the occasion and the person.

    The letters are written batch by batch, each in a transaction of its own. Whoever is ended in the
    middle and starts again goes on where it stopped, and two at once write no letter twice.
    """
    key = Concat(Value(f"{occasion}:"), Cast(OuterRef("pk"), CharField()))
    people = people.filter(~Exists(OutgoingMail.objects.filter(occasion=key))).order_by("pk")
    last = 0
    while batch := list(people.filter(pk__gt=last)[:BATCH]):
        OutgoingMail.objects.put_once(written(batch, occasion, write))
        last = batch[-1].pk


def written(people, occasion, write):
    letters = []
    for person in people:
        try:
            letters.append(write(person, f"{occasion}:{person.pk}"))
        except ValidationError:
            # An address that is none must not keep the others from their letter.
            logger.warning("No letter about %s to person %s: the address is none.", occasion, person.pk)
    return letters
