"""A world in which every private word is a canary: a string of its own, with the people who may see it.

`plant` fills every text field of a record, so a field or model added later joins by itself.
"""

import re
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from accounts.models import OutgoingMail
from contributions.management.commands.load_demonstration import moderating
from contributions.models import (
    CoAuthor,
    ContributionTranslation,
    ContributionVersion,
    Draft,
    Reading,
    ReasonTemplate,
    Report,
    Step,
)
from directory.models import AgreementDocument, Representative, Suggestion
from tests import factories as make
from workinggroup.models import CallQuestion, Follow, LateAccess, Membership

WORD = re.compile(r"canary[0-9a-z]{4}y")
ROLES = [
    "anonymous",
    "stranger",
    "author",
    "co-author",
    "member",
    "moderator",
    "moderator of another group",
]
STAFF = {"moderator", "moderator of another group"}
# Who may read a contribution that is not published.
ITS_PEOPLE = {"author", "co-author", "moderator"}
NOBODY = set()
# Columns that are not text of people: keys of states and languages, what the hub derives or draws.
NOT_WORDS = {
    "state", "publication", "withdrawn_from", "time_zone", "content_type", "token", "original_name", "reference",
    "password", "message_id", "key", "language",
}  # fmt: skip


class World:
    """`words`: word -> (what it is, who may see it). `planted`: the models that hold some."""

    def __init__(self):
        self.words, self.planted, self.records = {}, set(), []
        self.people = {}

    def word(self, what, audience):
        word = f"canary{len(self.words):04d}y"
        self.words[word] = (what, frozenset(audience))
        return word

    def keep(self, record):
        self.planted.add(type(record))
        self.records.append(record)
        return record

    def plant(self, record, audience, *, public=(), **given):
        """Fill every text of `record` with words for `audience`; what is named in `public` stays as it
        is, what is `given` is for them too."""
        values = dict(given)
        for field in record._meta.concrete_fields:
            name = field.name
            if (
                name in (*NOT_WORDS, *public, *given)
                or field.primary_key
                or field.is_relation
                or field.choices
            ):
                continue
            if isinstance(field, models.GeneratedField | models.FileField):
                continue
            word = self.value_of(field, f"{record._meta.label}.{name}", audience)
            if word is not None:
                values[field.attname] = word
        type(record)._base_manager.filter(pk=record.pk).update(**values)
        record.refresh_from_db()
        return self.keep(record)

    def value_of(self, field, what, audience):
        if isinstance(field, ArrayField):
            inner = self.value_of(field.base_field, what, audience)
            return None if inner is None or field.base_field.choices else [inner]
        if isinstance(field, models.EmailField):
            return f"{self.word(what, audience)}@example.org"
        if isinstance(field, models.URLField):
            return f"https://example.org/{self.word(what, audience)}"
        if isinstance(field, models.JSONField):
            return {"x": self.word(what, audience)}
        if isinstance(field, models.CharField | models.TextField):
            if field.max_length and field.max_length < 20:
                return None
            return self.word(what, audience)
        return None

    def file(self, made, audience):
        """Words for the name and the content of a stored file; its address is a secret as well."""
        name = made.file.name
        made.file.storage.delete(name)
        content = self.word(f"{made._meta.label} content", audience)
        made.file.storage.save(name, ContentFile(f"%PDF-1.7 {content}".encode()))
        original = f"{self.word(f'{made._meta.label}.original_name', audience)}.pdf"
        type(made).objects.filter(pk=made.pk).update(original_name=original)
        return self.keep(made)


def build():
    world = World()
    group, other_group = make.group(slug="our-group"), make.group(slug="other-group")
    world.keep(group)
    call = world.keep(make.call(group=group, slug="our-call"))
    people(world, group, other_group)
    directory(world)
    groups(world, group, call)
    contributions(world, group, call)
    return world


def people(world, group, other_group):
    makers = {
        "stranger": make.person,
        "author": make.person,
        "co-author": make.person,
        "member": lambda **values: make.member(group, **values),
        "moderator": lambda **values: make.moderator(group, **values),
        "moderator of another group": lambda **values: make.moderator(other_group, **values),
    }
    for role, maker in makers.items():
        own = {role}
        # Moderators see by name, not by address, who wrote and who belongs to their group.
        name = world.word(f"name of the {role}", own | {"moderator"})
        user = maker(email=f"{world.word(f'address of the {role}', own)}@example.org", display_name=name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        second = f"{world.word(f'second address of the {role}', own)}@example.org"
        EmailAddress.objects.create(user=user, email=second, verified=True)
        if role in STAFF:
            TOTP.activate(user, generate_totp_secret())
            user.user_permissions.set(moderating())
        mail = OutgoingMail.objects.put(user.email, "notice", {}, language="en", user=user)
        world.plant(mail, own, public=["to", "last_error", "headers"])
        world.plant(mail, NOBODY, public=["to", "subject", "text"])
        world.people[role] = world.keep(user)
    world.keep(Follow.objects.create(group=group, user=world.people["member"]))
    world.planted.add(Membership)


# When hidden events happened and hidden agreements began: years in which nothing else did.
HIDDEN_YEARS = {"draft": 1871, "withdrawn": 1873}


def directory(world):
    """What is hidden has a seat, a country, a region, a sector and years: the pages of places and sectors,
    the map and the timeline leave it out because it is hidden, not for want of them."""
    sectors, regions = {make.sector()}, {make.region()}
    country = make.country()
    seat = {"country": country, "latitude": 14.7, "longitude": -17.4}
    among = {"sectors": sectors, "regions": regions}
    named = [f"name{code}" for code in ("", "_es", "_fr", "_en")]
    for publication, year in HIDDEN_YEARS.items():
        hidden = world.plant(make.organisation(publication=publication, **seat, **among), NOBODY)
        agreement = world.plant(
            make.agreement(publication=publication, parties=["Body", hidden], start_year=year, **among),
            NOBODY,
        )
        for party in agreement.parties.all():
            # It is either an organisation or has a name of its own.
            world.plant(party, NOBODY, public=named if party.organisation else [])
        file = AgreementDocument.objects.create(
            agreement=agreement, title="T", file=ContentFile(b"%PDF-", name="a.pdf")
        )
        world.plant(file, NOBODY, public=["file"])
        world.file(file, STAFF)
        organiser = make.organisation(**among)
        event = make.event(publication=publication, year=year, organisers={organiser}, **seat)
        world.plant(event, NOBODY)
        shown = make.organisation()
        world.keep(Representative.objects.create(organisation=shown, user=world.people["member"]))
        world.keep(make.relation(shown, hidden))
        world.keep(make.relation(hidden, shown))
        told = Suggestion.objects.create(
            kind="organisation", key=shown.slug, text="t", language="en", user=world.people["stranger"]
        )
        # Who wrote it finds it in the download of their own data.
        world.plant(told, {"stranger"})
    # A party to a published agreement is named there, published or not; nothing else of it is shown.
    names = [*named, *(f"acronym{code}" for code in ("", "_es", "_fr", "_en"))]
    party = make.organisation(publication="withdrawn", **seat, **among)
    derived = ["name_keys", "names_text"]
    make.agreement(parties=[world.plant(party, NOBODY, public=[*names, *derived]), make.organisation()])


def groups(world, group, call):
    ours = {"member", "moderator"}
    hidden = world.plant(make.group(publication="draft"), NOBODY)
    for of, audience, files in ((hidden, NOBODY, NOBODY), (group, {"moderator"}, ours)):
        publication = "published" if of == hidden else "draft"
        world.plant(make.meeting(group=of, publication=publication), audience)
        document = make.document(group=of, publication=publication, files=[("en", "a.pdf", b"%PDF-")])
        world.plant(document, audience)
        world.file(document.files.get(), files)
        closed = world.plant(make.call(group=of, publication=publication), audience)
        world.plant(CallQuestion.objects.create(call=closed, text="?"), audience)
        challenge = world.plant(make.challenge(group=of, publication=publication), audience)
        world.plant(make.guideline(group=of, publication=publication, challenges={challenge}), audience)
        sent = world.plant(make.contribution(call=closed, answers={}), {"moderator"} if audience else NOBODY)
        citation = challenge.citations.create(contribution=sent, quote="q")
        world.plant(citation, audience)
    world.plant(make.paragraph(hidden, "P"), NOBODY)
    world.plant(make.question(hidden, "Q"), NOBODY)
    lost = make.document(group=group, available=False, files=[("en", "b.pdf", b"%PDF-")])
    world.file(lost.files.get(), ours)
    late = LateAccess.objects.create(
        call=call, email="x@example.org", until=timezone.now() + timedelta(days=9)
    )
    world.plant(late, {"moderator"})
    change = call.reschedule(opens_at=call.opens_at, closes_at=timezone.now() + timedelta(days=30),
                             by=world.people["moderator"])  # fmt: skip
    world.keep(change)


def contributions(world, group, call):
    author, moderator = world.people["author"], world.people["moderator"]
    question = world.keep(CallQuestion.objects.create(call=call, text="Why?"))
    public = make.contribution(call=call, author=author, author_name="Public Name", title="Public title")
    for record in [public, *unpublished(call, author)]:
        key = str(question.pk)
        if record is public:
            world.keep(record)
        else:
            answer = world.word("answer", ITS_PEOPLE)
            world.plant(record, ITS_PEOPLE, answers={key: answer})
            file = make.attachment(record)
            world.file(file, ITS_PEOPLE)
            # The working copy: what the author has typed since.
            world.plant(record.draft, {"author"}, data=typed(world, {"author"}), earlier=[])
        world.keep(Reading.objects.create(contribution=record, user=moderator, version=1))
        version = ContributionVersion.objects.create(
            contribution=record, number=record.version + 1, title="t", text="t"
        )
        world.plant(version, ITS_PEOPLE)
        record.note(Step.RETURN, by=moderator, reason=world.word("reason of a step", ITS_PEOPLE))
        record.note(Step.SUBMIT, by=author, detail={"x": world.word("detail of a step", {"moderator"})})
        world.planted.add(type(record.steps.first()))
        translation = ContributionTranslation.objects.create(
            contribution=record, language="fr", title="t", text="t", source_version=1
        )
        world.plant(translation, {"moderator"})
        for state in ("asked", "declined"):
            invited = CoAuthor.objects.create(
                contribution=record, name="n", email=f"{state}@example.org", state=state
            )
            world.plant(invited, ITS_PEOPLE, public=["email"])
            key = world.word("key of a co-author", NOBODY)
            world.plant(invited, {"author", "moderator"}, public=["name"], token=key)
        joined = CoAuthor.objects.create(
            contribution=record, name="Joined Name", email="j@example.org", state="confirmed",
            user=world.people["co-author"],
        )  # fmt: skip
        world.plant(joined, ITS_PEOPLE, public=["name"])
    challenge = world.keep(make.challenge(group=group, text="A challenge", contributions={public}))
    world.keep(make.guideline(group=group, text="A guideline", challenges={challenge}))
    taken_back = next(record for record in world.records if getattr(record, "state", "") == "withdrawn")
    world.plant(challenge.citations.create(contribution=taken_back), {"author", "moderator"})
    drafts(world, call, author)
    told = Report.objects.create(
        contribution=public, reason="other", text="t", language="en", version=1, user=world.people["stranger"]
    )
    # Who wrote it finds it in the download of their own data.
    world.plant(told, {"moderator", "stranger"})
    world.plant(ReasonTemplate.objects.create(key="canary", label="l", text="t"), STAFF)


def unpublished(call, author):
    for state in ("received", "returned", "declined", "unpublished", "withdrawn"):
        was_public = state in ("unpublished", "withdrawn")
        yield make.contribution(
            call=call, author=author, state=state, published_at=timezone.now() if was_public else None
        )


def typed(world, audience):
    names = ("title", "summary", "text", "author_name", "co_authors", "links", "organisation", "agreements")
    return {
        "kind": "experience",
        "language": "en",
        **{name: world.word(f"draft: {name}", audience) for name in names},
    }


def drafts(world, call, author):
    # What was typed into the author's draft after a session ended: in no page of theirs, in their data.
    copy = make.draft(of=call)
    Draft.objects.filter(pk=copy.pk).update(rescued_for=author)
    world.plant(copy, {"author"}, data=typed(world, {"author"}), earlier=[])
    world.file(make.attachment(copy), {"author"})
    own, late, nobodys = (make.draft(user, of=call) for user in (author, author, None))
    Draft.objects.filter(pk=late.pk).update(late_at=timezone.now())
    for draft, audience in ((own, {"author"}), (late, {"author", "moderator"}), (nobodys, NOBODY)):
        earlier = [{"saved_at": timezone.now().isoformat(), "data": typed(world, audience - {"moderator"})}]
        world.plant(draft, audience, data=typed(world, audience), earlier=earlier)
        world.file(make.attachment(draft), audience)
