"""Somebody with a part in everything, and how they leave."""

import json

from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMail
from contributions.models import (
    CoAuthor,
    Contribution,
    ContributionTranslation,
    ContributionVersion,
    Draft,
    Step,
)
from directory.models import Representative, Suggestion
from tests import factories as make
from workinggroup.models import Follow, LateAccess, Membership

PASSWORD = "una frase bastante larga"


def somebody(email, name, **values):
    user = make.person(email=email, display_name=name, password=PASSWORD, **values)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def version(record, **rest):
    return ContributionVersion.objects.create(
        contribution=record, number=record.version, title=record.title, text=record.text, rest=rest
    )


def logged(record, text):
    """What the admin keeps of a change: the record as text, and what was changed."""
    LogEntry.objects.create(
        user=make.staff(),
        content_type=ContentType.objects.get_for_model(record),
        object_id=record.pk,
        object_repr=text,
        change_message=json.dumps([{"changed": {"name": "x", "object": text}}]),
        action_flag=CHANGE,
    )


def somebody_everywhere():
    """Somebody whose every name, address and unpublished word holds “canary”, with a part in
    everything; and what stays when they go."""
    user = somebody("canary@example.org", "Canary Quispe")
    EmailAddress.objects.create(user=user, email="second.canary@example.org", verified=True)
    call, other = make.call(), somebody("bystander@example.org", "Bystander")
    body = make.organisation(name="Network of the Andes")
    Representative.objects.create(organisation=body, user=user)
    for who, email in ((user, ""), (None, "second.canary@example.org")):
        Suggestion.objects.create(
            kind="organisation", key=body.slug, text="Canary moved", language="en", user=who, email=email
        )
    boss = make.moderator(call.group)
    Membership.objects.create(group=call.group, user=user)
    Follow.objects.create(group=call.group, user=user)
    late = LateAccess.objects.create(call=call, email=user.email, until=timezone.now(), reason="For Canary.")
    logged(late, user.email)
    # Work in every state; the published one was changed once.
    works = {}
    for state in Contribution.State.values:
        secret = "" if state == "published" else "canary "
        record = make.contribution(
            call=call, author=user, author_name="C. Canary", organisation=body, version=1,
            title=f"{secret}first words", text=f"canary text {state}", state=state,
            published_at=timezone.now() if state in ("published", "withdrawn", "unpublished") else None,
        )  # fmt: skip
        version(record, author_name="C. Canary", co_authors=["Binta"])
        # Longer than what letters quote whole.
        record.title, record.text, record.version = f"{secret}work {secret * 20}", f"{secret}text", 2
        record.save()
        version(record, author_name="C. Canary", co_authors=["Binta"])
        record.note(Step.SUBMIT, by=user)
        record.note(Step.RETURN, by=boss, reason="Dear Canary, please shorten it.")
        helper = CoAuthor.objects.create(contribution=record, name="Binta", email="binta@example.org")
        OutgoingMail.objects.put(
            helper.email,
            "co_author",
            {"co_author": helper, "contribution": record, "url": f"https://hub/{helper.token}"},
            language="en",
        )
        make.attachment(record, name=f"{secret}{state}.pdf", content=f"%PDF- {secret}file".encode())
        logged(record, f"{record.title} by Canary")
        works[state] = record
    removed = make.attachment(works["published"], name="canary-old.pdf", content=b"%PDF- canary old")
    works["published"].attachments.remove(removed)
    # Drafts: one as typed and overwritten, one that came late.
    draft = make.draft(user, of=call, title="canary draft", co_authors="Awa, awa@example.org")
    draft.keep({**draft.data, "text": "canary"}, revision=9)
    make.attachment(draft, name="canary-draft.pdf", content=b"%PDF- canary draft")
    Draft.objects.filter(pk=make.draft(user, of=call, title="late canary").pk).update(late_at=timezone.now())
    # A part in the work of others.
    theirs = make.contribution(call=call, author=other, author_name="Bystander", title="Theirs")
    version(theirs, author_name="Bystander", co_authors=["Canary Quispe", "Fatou"])
    CoAuthor.objects.create(
        contribution=theirs, name="Canary Quispe", email="second.canary@example.org", state="confirmed"
    )
    CoAuthor.objects.create(contribution=theirs, name="Fatou", email="fatou@example.org")
    make.draft(other, of=call, co_authors="Fatou, fatou@example.org\nCanary Quispe, canary@example.org")
    for language, publication in (("fr", "published"), ("en", "draft")):
        ContributionTranslation.objects.create(
            contribution=theirs, language=language, title="T", text="canary" if publication == "draft" else "t",
            source_version=1, translator=user, translator_name="Canary Q.", publication=publication,
        )  # fmt: skip
    judged = make.contribution(call=call, author=other, state="received")
    judged.judge(Step.DECLINE, by=user, version=1, reason="Out of scope.")
    OutgoingMail.objects.put(user.email, "notice", {}, language="fr", user=user)
    OutgoingMail.objects.put(
        other.email,
        "on_behalf",
        {"contribution": works["published"], "organisation": body, "name": "N",
         "url": f"https://hub/{works['published'].reference}"},
        language="en", user=other,
    )  # fmt: skip
    Client().force_login(user)
    return {"user": user, "other": other, "theirs": theirs, "judged": judged, "works": works, "boss": boss}
