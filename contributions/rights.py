"""A person's rights over what they wrote (see `accounts/rights.py`).

Published work stays without its author's name: others have read, cited and built on it. Everything
else goes, with its files.
"""

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db.models import Prefetch, Q

from accounts.models import OutgoingMail
from accounts.rights import any_holds, redact, unname
from contributions.models import (
    Attachment,
    Challenge,
    Citation,
    CoAuthor,
    Contribution,
    ContributionTranslation,
    ContributionVersion,
    Draft,
    Reading,
    Report,
    Step,
    StepTaken,
)
from workinggroup.models import HubNow

FEW = 20


def export_for(user):
    """Everything the person wrote and sent, with what became of it, and what they decided as a
    moderator. Texts can be long, so lists come one by one."""
    return {
        "contributions": (contribution(record) for record in wholes(Contribution.objects.of(user))),
        "drafts": (
            draft(record)
            for record in Draft.objects.written_by(user)
            .select_related("call", "contribution")
            .prefetch_related("attachments")
            .order_by("created_at")
            .iterator(FEW)
        ),
        "co_authorships": (
            {
                "contribution": one.contribution.reference,
                "title": one.contribution.title,
                "name": one.name,
                "email": one.email,
                "state": one.state,
                "answered": one.answered_at,
            }
            for one in CoAuthor.objects.of(user).select_related("contribution").order_by("pk")
        ),
        "translations": (
            {
                "contribution": one.contribution.reference,
                "language": one.language,
                "title": one.title,
                "summary": one.summary,
                "text": one.text,
                "name": one.translator_name,
                "state": one.publication,
            }
            for one in ContributionTranslation.objects.filter(translator=user)
            .select_related("contribution")
            .order_by("pk")
            .iterator(FEW)
        ),
        "decided_as_moderator": (
            {"contribution": one.reference, **step(one)}
            for one in StepTaken.objects.filter(by=user)
            .exclude(contribution__author=user)
            .order_by("pk")
            .iterator()
        ),
        "reports": (
            {
                "contribution": one.contribution.reference,
                "reason": one.reason,
                "text": one.text,
                "at": one.created_at,
            }
            for one in Report.objects.filter(user=user)
            .select_related("contribution")
            .order_by("pk")
            .iterator()
        ),
        "read_as_moderator": (
            {"contribution": one.contribution.reference, "version": one.version, "at": one.at}
            for one in Reading.objects.filter(user=user)
            .select_related("contribution")
            .order_by("pk")
            .iterator()
        ),
    }


def wholes(queryset):
    """Contributions with all that belongs to them, and where readers see them cited."""
    seen = Citation.objects.filter(challenge__in=Challenge.objects.published().values("pk"))
    seen = seen.select_related("challenge").defer("challenge__loaded")
    return (
        queryset.select_related("call", "organisation")
        .prefetch_related(
            "call__questions", "regions", "sectors", "agreements", "attachments", "versions", "co_authors",
            "steps", Prefetch("citations", seen, to_attr="seen"),
        )
        .order_by("received_at")
        .iterator(FEW)
    )  # fmt: skip


def contribution(record):
    questions = {str(question.pk): question.text for question in record.call.questions.all()}
    return {
        "reference": record.reference,
        "call": record.call.slug,
        "state": record.state,
        "kind": record.kind,
        "language": record.language,
        "title": record.title,
        "summary": record.summary,
        "text": record.text,
        "answers": {questions.get(key, key): answer for key, answer in record.answers.items()},
        "links": record.links,
        "regions": [region.pk for region in record.regions.all()],
        "sectors": [sector.pk for sector in record.sectors.all()],
        "agreements": [agreement.slug for agreement in record.agreements.all()],
        "name_shown": record.author_name,
        "on_behalf_of": record.organisation.slug if record.organisation else "",
        "consent": {
            "given": record.consented_at,
            "licence": record.licence,
            "sentence": next(
                (sent.consent for sent in record.versions.all() if sent.number == record.version), ""
            ),
        },
        "late": record.late,
        "received": record.received_at,
        "published": record.published_at,
        "attachments": [attachment(file) for file in record.attachments.all()],
        "co_authors": [
            {"name": person.name, "email": person.email, "state": person.state}
            for person in record.co_authors.all()
        ],
        "versions": [
            {
                "version": version.number,
                "sent": version.sent_at,
                "title": version.title,
                "summary": version.summary,
                "text": version.text,
                "consent": {
                    "given": version.consented_at,
                    "licence": version.licence,
                    "sentence": version.consent,
                    "language": version.consent_language,
                },
                **version.rest,
            }
            for version in record.versions.all()
        ],
        "steps": [step(one) for one in reversed(record.steps.all())],
        "used_in": [{"challenge": one.challenge.slug, "quote": one.quote} for one in record.seen],
    }


def step(taken):
    return {
        "step": taken.step,
        "at": taken.at,
        "from": taken.from_state,
        "to": taken.to_state,
        "version": taken.version,
        "reason": taken.reason,
        "changes_until": taken.edit_until,
    }


def draft(record):
    return {
        "call": record.call.slug,
        "contribution": record.contribution.reference if record.contribution else "",
        "begun": record.created_at,
        "saved": record.saved_at,
        "came_late": record.late_at,
        "after_the_session": record.rescued_for_id is not None,
        "typed": record.data,
        "earlier": record.earlier,
        "attachments": [attachment(file) for file in record.attachments.all()],
    }


def attachment(file):
    return {
        "name": file.original_name,
        "type": file.content_type,
        "size": file.size,
        "uploaded": file.uploaded_at,
        "removed": file.removed_at,
        "address": settings.PUBLIC_ORIGIN + file.get_absolute_url(),
    }


def fate_of(user):
    """What would become of the person's work: contributions that stay and that go, and drafts."""
    own = Contribution.objects.of(user).without_bulk().order_by("received_at")
    published = Q(state=Contribution.State.PUBLISHED)
    return {
        "stay": list(own.filter(published)),
        "go": list(own.exclude(published)),
        "drafts": list(Draft.objects.written_by(user).unsent()),
    }


def erase(user):
    """Take the name off published work, remove all other work with its files, and leave no trace of
    the person in the work of others."""
    own = list(
        Contribution.objects.of(user).select_for_update().only("reference", "state", "version", "title")
    )
    stay = [record for record in own if record.state == Contribution.State.PUBLISHED]
    go = [record for record in own if record.state != Contribution.State.PUBLISHED]
    forget_in_mail(user, stay, go)
    # What moderators wrote to the author is for nobody once there is none.
    with pgtrigger.ignore("contributions.StepTaken:never_changed"):
        StepTaken.objects.filter(contribution__in=own).update(reason="")
    unname(Contribution, [record.pk for record in own])
    leave_works_of_others(user)
    Report.objects.filter(user=user).update(user=None, text="")
    remove(user, stay, go)
    for record in stay:
        take_name_off(record)


def forget_in_mail(user, stay, go):
    """Mail to other people about this person's work says no more who it was, nor what was in work
    that goes; invitations to that are not sent any more."""
    keys = CoAuthor.objects.filter(contribution__in=go).values_list("token", flat=True)
    gone = [*(record.reference for record in go), *keys]
    if keys:
        waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING)
        waiting.filter(any_holds(["text"], keys)).delete()
    redact({record.title for record in go}, about=gone)
    keys = CoAuthor.objects.filter(contribution__in=stay).values_list("token", flat=True)
    redact(names_of(user), about=[*gone, *(record.reference for record in stay), *keys])


def names_of(user):
    """The names the person wrote under."""
    history = apps.get_model("contributions", "ContributionHistory").objects
    return {
        user.display_name,
        *Contribution.objects.of(user).values_list("author_name", flat=True),
        *history.filter(author=user).values_list("author_name", flat=True),
        *CoAuthor.objects.of(user).values_list("name", flat=True),
        *ContributionTranslation.objects.filter(translator=user).values_list("translator_name", flat=True),
    }


def remove(user, stay, go):
    """Remove drafts, unpublished work and every file that no published contribution carries."""
    drafts = Draft.objects.written_by(user)
    Attachment.objects.filter(Q(draft__in=drafts) | Q(draft__contribution__in=go)).exclude(
        contributions__in=stay
    ).discard()
    # The draft of a published contribution holds its files.
    drafts.filter(contribution__in=stay, attachments__isnull=False).update(user=None, data={}, earlier=[])
    unname(Draft, drafts.values_list("pk", flat=True))
    drafts.delete()
    gone = [record.pk for record in go]
    Contribution.objects.filter(pk__in=gone).delete()
    apps.get_model("contributions", "ContributionHistory").objects.filter(pgh_obj__in=gone).delete()
    history = apps.get_model("contributions", "ContributionTranslationHistory").objects
    history.filter(contribution__in=gone).delete()


def take_name_off(record):
    """Published work without its author: no name in it, in the version that is public, in its
    history; the versions before were never meant to be read."""
    Contribution.objects.filter(pk=record.pk).update(author=None, author_name="", updated_at=HubNow())
    record.versions.exclude(number=record.version).delete()
    for version in record.versions.all():
        version.rest["author_name"] = ""
        version.save(update_fields=["rest"])
    history = apps.get_model("contributions", "ContributionHistory").objects.filter(pgh_obj=record.pk)
    history.filter(version__lt=record.version).delete()
    history.update(author=None, author_name="")
    record.note(Step.ERASE, by=None, before=record.state)


def leave_works_of_others(user):
    """The person is no longer co-author or translator of other people's contributions."""
    for one in CoAuthor.objects.of(user).select_related("contribution"):
        forget_in_versions(one)
    unname(Contribution, CoAuthor.objects.of(user).values_list("contribution", flat=True))
    unname(CoAuthor, CoAuthor.objects.of(user).values_list("pk", flat=True))
    CoAuthor.objects.of(user).delete()
    forget_in_drafts(user.verified_addresses)
    translations = ContributionTranslation.objects.filter(translator=user)
    history = apps.get_model("contributions", "ContributionTranslationHistory").objects
    unfinished = list(translations.exclude(publication="published").values_list("pk", flat=True))
    unname(ContributionTranslation, translations.values_list("pk", flat=True))
    translations.filter(pk__in=unfinished).delete()
    history.filter(pgh_obj__in=unfinished).delete()
    translations.update(translator=None, translator_name="")
    history.filter(translator=user).update(translator=None, translator_name="")


def forget_in_versions(person):
    """Every version names the other co-authors alone, as they are named now: which other name, of whoever
    was taken off or named otherwise, was this person's, nothing says."""
    others = CoAuthor.objects.filter(contribution=person.contribution_id).exclude(name=person.name)
    kept = set(others.values_list("name", flat=True))
    for version in ContributionVersion.objects.filter(contribution=person.contribution_id):
        named = version.rest.get("co_authors", [])
        if not kept.issuperset(named):
            version.rest["co_authors"] = [name for name in named if name in kept]
            version.save(update_fields=["rest"])


def forget_in_drafts(addresses):
    """What other people typed as co-authors, without the lines that hold one of these addresses."""
    holding = Q()
    for address in addresses:
        holding |= Q(data__co_authors__icontains=address) | Q(earlier__icontains=address)
    for record in Draft.objects.filter(holding).select_for_update():
        for data in (record.data, *(kept["data"] for kept in record.earlier)):
            lines = data.get("co_authors", "").splitlines()
            data["co_authors"] = "\n".join(
                line for line in lines if not any(address in line.lower() for address in addresses)
            )
        record.save(update_fields=["data", "earlier"])
