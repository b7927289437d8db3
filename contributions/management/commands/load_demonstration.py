"""Makes the demonstration: an invented group with an open call, contributions, two sign-ins."""

import os
import secrets
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from contributions.demonstration import content, queue
from contributions.models import (
    TRANSITIONS,
    Challenge,
    ChallengeCategory,
    Citation,
    Contribution,
    ContributionVersion,
    Draft,
    Guideline,
    GuidelineCategory,
    Report,
    StepTaken,
)
from directory.models import Agreement, AgreementParty, Organisation
from workinggroup.models import (
    Call,
    CallQuestion,
    ContextParagraph,
    Document,
    DocumentKind,
    Meeting,
    Membership,
    Question,
    WorkingGroup,
)

LANGUAGES = ("es", "fr", "en")


def by_language(**texts):
    """`title=(es, fr, en)` as the columns of modeltranslation."""
    return {
        f"{name}_{code}": text
        for name, three in texts.items()
        for code, text in zip(LANGUAGES, three, strict=True)
    }


def put(model, key, **values):
    """Make the record, or set it back to how the demonstration begins."""
    return model.objects.update_or_create(slug=key, defaults={"publication": "published", **values})[0]


class Command(BaseCommand):
    help = "Make the labelled demonstration content and its two sign-ins; only where HUB_DEMO is set."

    @transaction.atomic
    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("This is not a demonstration: start one with ./run demo.")
        self.agreement()
        group = self.group()
        call = self.call(group)
        self.outcomes(group, self.contributions(call))
        people = self.people(group)
        self.queue(call, people)
        self.late(group, people)
        Report.objects.get_or_create(
            contribution=Contribution.objects.get(reference="C-DEMFR22"),
            defaults={"reason": "mistake", "text": queue.REPORT, "language": "fr", "version": 1},
        )

    def agreement(self):
        data = content.AGREEMENT
        agreement = put(
            Agreement,
            data["slug"],
            kind_id=data["kind"],
            status_id="unknown",
            direction_stated_id=data["direction"],
            confidence_id="low",
            sources=["illustrative"],
            illustrative=True,
            **by_language(title=data["title"], description=data["description"]),
        )
        agreement.regions.set(data["regions"])
        agreement.sectors.set(data["sectors"])
        for position, key in enumerate(data["parties"]):
            AgreementParty.objects.get_or_create(
                agreement=agreement,
                organisation=Organisation.objects.get(slug=key),
                defaults={"position": position},
            )

    def group(self):
        group = put(
            WorkingGroup,
            content.GROUP["slug"],
            coordinator=Organisation.objects.get(slug="ripess"),
            illustrative=True,
            **by_language(title=content.GROUP["title"], theme_block=content.GROUP["theme_block"]),
        )
        ContextParagraph.objects.update_or_create(
            group=group, key="demo-context", defaults=by_language(text=content.CONTEXT)
        )
        for number, text in enumerate(content.QUESTIONS, 1):
            Question.objects.update_or_create(
                group=group,
                key=f"demo-question-{number}",
                defaults={"position": number, **by_language(text=text)},
            )
        return group

    def call(self, group):
        """Opened a fortnight ago, closing at the end of a day about seven weeks ahead, time of Dakar."""
        today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        meeting = put(
            Meeting,
            content.MEETING["slug"],
            group=group,
            starts_at=today + timedelta(days=90, hours=14),
            ends_at=today + timedelta(days=90, hours=17),
            time_zone="Africa/Dakar",
            city="Dakar",
            country_id="SN",
            languages=list(LANGUAGES),
            **by_language(title=content.MEETING["title"], purpose=content.MEETING["purpose"]),
        )
        put(
            Document,
            content.DOCUMENT["slug"],
            group=group,
            meeting=meeting,
            kind=DocumentKind.objects.get(key="preparatory"),
            available=True,
            **by_language(title=content.DOCUMENT["title"], text=content.DOCUMENT["text"]),
        )
        return put(
            Call,
            content.CALL["slug"],
            group=group,
            meeting=meeting,
            opens_at=today - timedelta(days=14),
            closes_at=today + timedelta(days=50, hours=23, minutes=59),
            time_zone="Africa/Dakar",
            accepts=["text", "link", "attachment"],
            **by_language(title=content.CALL["title"], text=content.CALL["text"]),
        )

    def contributions(self, call):
        made = []
        for number, data in enumerate(content.CONTRIBUTIONS):
            values = {name: value for name, value in data.items() if name != "reference"}
            contribution, _new = Contribution.objects.update_or_create(
                reference=data["reference"],
                defaults={
                    **values,
                    "call": call,
                    "state": Contribution.State.PUBLISHED,
                    "author_name": content.AUTHORS[data["language"]],
                    "published_at": timezone.now() - timedelta(days=number + 1),
                    "illustrative": True,
                },
            )
            made.append(contribution)
        return made

    def queue(self, call, people):
        """Contributions on their way, each with its log; made once, since a log is never rewritten."""
        question, _new = CallQuestion.objects.get_or_create(
            call=call, position=1, defaults=by_language(text=queue.QUESTION)
        )
        now = timezone.now()
        for data in queue.QUEUE:
            data = dict(data)
            steps, earlier = data.pop("steps"), data.pop("earlier", [])
            author, answer = people[data.pop("by", "contributor")], data.pop("answers", "")
            if Contribution.objects.filter(reference=data["reference"]).exists():
                continue
            decided = [
                now - timedelta(days=days) for step, days, _who, _reason in steps if step in TRANSITIONS
            ]
            record = Contribution.objects.create(
                call=call,
                author=author,
                version=len(earlier) + 1,
                answers={str(question.pk): answer} if answer else {},
                received_at=now - timedelta(days=steps[0][1]),
                decided_at=decided[0] if decided else None,
                edit_until=now + timedelta(days=11) if data["state"] == "returned" else None,
                consented_at=now - timedelta(days=steps[0][1]),
                illustrative=True,
                **data,
            )
            Draft.objects.create(call=call, user=author, contribution=record, data=typed(record))
            self.log(record, steps, earlier, people, now)

    def log(self, record, steps, earlier, people, now):
        """The steps and the versions, as they would stand had people taken them on these days."""
        texts = [*earlier, {}]
        number, state = 0, ""
        for step, days, who, reason in steps:
            at = now - timedelta(days=days)
            if step in ("submit", "resubmit"):
                words = {name: getattr(record, name) for name in ("title", "summary", "text")}
                ContributionVersion.objects.create(
                    contribution=record, number=number + 1, sent_at=at, rest=rest_of(record),
                    licence=record.licence, consented_at=at,
                    **{**words, **texts[number]},
                )  # fmt: skip
                number += 1
            before, state = state, TRANSITIONS[step][1] if step in TRANSITIONS else "received"
            StepTaken.objects.create(
                contribution=record, reference=record.reference, step=step, from_state=before, to_state=state,
                version=number, by=people[who], at=at, reason=reason,
                edit_until=record.edit_until if step == "return" else None,
            )  # fmt: skip

    def late(self, group, people):
        """A call that closed five days ago, and a draft that came ten minutes after."""
        closed = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=5)
        call = put(
            Call,
            queue.CLOSED_CALL["slug"],
            group=group,
            opens_at=closed - timedelta(days=30),
            closes_at=closed,
            time_zone="Africa/Dakar",
            **by_language(title=queue.CLOSED_CALL["title"], text=queue.CLOSED_CALL["text"]),
        )
        if not Draft.objects.filter(call=call).exists():
            Draft.objects.create(
                call=call, user=people["contributor"], data=queue.LATE, late_at=closed + timedelta(minutes=10)
            )

    def outcomes(self, group, contributions):
        challenge = put(
            Challenge,
            content.CHALLENGE["slug"],
            group=group,
            category=ChallengeCategory.objects.get(key="local_impact"),
            **by_language(text=content.CHALLENGE["text"]),
        )
        challenge.citations.exclude(contribution__reference__in=content.QUOTES).delete()
        for position, contribution in enumerate(contributions):
            if quote := content.QUOTES.get(contribution.reference):
                Citation.objects.update_or_create(
                    challenge=challenge,
                    contribution=contribution,
                    defaults={"quote": quote, "position": position},
                )
        guideline = put(
            Guideline,
            content.GUIDELINE["slug"],
            group=group,
            category=GuidelineCategory.objects.get(key="transparency"),
            **by_language(text=content.GUIDELINE["text"]),
        )
        guideline.challenges.set([challenge])

    def people(self, group):
        password = demo_password(Path(settings.DATA_DIR))
        moderators, _new = Group.objects.get_or_create(name="moderators")
        moderators.permissions.set(moderating())
        people = {}
        for role, staff in (("contributor", False), ("moderator", True)):
            address = f"{role}@demo.example"
            user, _new = User.objects.get_or_create(email=address)
            user.display_name, user.is_staff = f"Demo {role}", staff
            user.set_password(password)
            user.save()
            EmailAddress.objects.get_or_create(
                user=user, email=address, defaults={"verified": True, "primary": True}
            )
            if staff:
                user.groups.add(moderators)
            Membership.objects.update_or_create(
                group=group, user=user, defaults={"role": "moderator" if staff else "member"}
            )
            people[role] = user
            self.stdout.write(f"  sign in as {address} with the password {password}")
        return people


def moderating():
    """What moderators may do in the admin, within their groups: read and decide, keep calls, meetings
    and documents, write down challenges and guidelines, translate."""
    kept = ("call", "callquestion", "lateaccess", "meeting", "document", "documentfile", "challenge", "guideline",
            "contributiontranslation")  # fmt: skip
    return Permission.objects.filter(
        Q(codename__startswith="view_")
        | Q(codename__startswith="change_")
        | Q(codename__in=[f"add_{name}" for name in kept])
        | Q(codename="delete_lateaccess"),
        content_type__app_label__in=("contributions", "workinggroup"),
    ).exclude(codename="change_membership")


def rest_of(record):
    """The further fields of a version, of which the demonstration uses few."""
    return {
        "kind": record.kind,
        "language": record.language,
        "author_name": record.author_name,
        "links": record.links,
        "answers": record.answers,
    }


def typed(record):
    """What its author typed, from which a new version begins."""
    names = ("title", "kind", "language", "summary", "text", "author_name")
    answers = {f"answer-{question}": answer for question, answer in record.answers.items()}
    return {**{name: getattr(record, name) for name in names}, "links": "\n".join(record.links), **answers}


def demo_password(folder):
    """Random, one per data folder, readable by its owner alone."""
    path = folder / "demo_password"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(9))
    return path.read_text()
