"""Records for tests: plain functions, each with sound defaults that a test overrides by name.

Published unless told otherwise; terms, regions and countries are made on demand. A text given without
a language (`title="…"`) is the same in all three.
"""

from datetime import timedelta
from itertools import count

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from contributions import models as contributions
from contributions.forms import ContributionForm
from directory import models as directory
from workinggroup import models as workinggroup

numbers = count(1)


def in_all_languages(values, *fields):
    """Spread `title="…"` over title_es, title_fr and title_en; what names its language stays."""
    for field in fields:
        if field in values:
            text = values.pop(field)
            for code, _name in settings.LANGUAGES:
                values.setdefault(f"{field}_{code}", text)
    return values


def term(model, key, **values):
    """A term of a vocabulary, labelled by its key unless told otherwise."""
    label = {"label": key.replace("_", " ").capitalize()}
    values = in_all_languages({**label, **values}, "label", "definition")
    return model.objects.get_or_create(key=key, defaults=values)[0]


def region(key="m49-002", *, type="continent", **values):
    return term(directory.Region, key, type=type, **values)


def sector(key="finance", **values):
    return term(directory.Sector, key, facet="activity", **values)


def country(key="SN", *, side="south", subregion=None, continent=None, **values):
    continent = continent or region()
    subregion = subregion or region("m49-011", type="subregion", parent=continent)
    return term(directory.Country, key, side=side, subregion=subregion, continent=continent, **values)


def person(**values):
    number = next(numbers)
    values = {"email": f"person-{number}@example.org", "display_name": f"Person {number}", **values}
    return User.objects.create_user(password=values.pop("password", None), **values)


def record(model, name, values, *, texts, **defaults):
    number = next(numbers)
    values = {"slug": f"{name}-{number}", "publication": "published", **defaults, **values}
    first = texts[0]
    if not any(key == first or key.startswith(f"{first}_") for key in values):
        values[first] = f"{name.capitalize()} {number}"
    many = {key: values.pop(key) for key in list(values) if isinstance(values[key], set)}
    made = model.objects.create(**in_all_languages(values, *texts))
    for key, others in many.items():
        getattr(made, key).set(others)
    return made


def organisation(**values):
    """`sectors` and `regions` are given as sets."""
    values.setdefault("kind", term(directory.OrganisationKind, "network"))
    values.setdefault("scope", term(directory.Scope, "international"))
    return record(directory.Organisation, "organisation", values, texts=("name", "acronym", "description"))


def event(**values):
    values.setdefault("type", term(directory.EventType, "forum"))
    values.setdefault("format", term(directory.EventFormat, "in_person"))
    values.setdefault("audience", term(directory.EventAudience, "practitioners"))
    return record(directory.Event, "event", values, texts=("title", "theme"), year=2016)


def agreement(*, parties=None, **values):
    """`parties`: organisations, or names of bodies outside the directory (as `{"name_es": …}` if they differ by
    language); two organisations if not told."""
    values.setdefault("kind", term(directory.AgreementKind, "partnership_agreement"))
    values.setdefault("status", term(directory.AgreementStatus, "active"))
    made = record(directory.Agreement, "agreement", values, texts=("title", "official_title", "description"))
    for position, party in enumerate(parties or (organisation(), organisation())):
        who = {"organisation": party}
        if isinstance(party, str | dict):
            who = in_all_languages({"name": party} if isinstance(party, str) else party, "name")
        directory.AgreementParty.objects.create(agreement=made, position=position, **who)
    return made


def group(**values):
    """A working group; `organisations` and `areas` are given as sets."""
    values["coordinator"] = values.get("coordinator") or organisation()
    return record(workinggroup.WorkingGroup, "group", values, texts=("title", "theme_block"))


def paragraph(of, text, **values):
    return passage(workinggroup.ContextParagraph, of, text, values)


def question(of, text, **values):
    return passage(workinggroup.Question, of, text, values)


def passage(model, of, text, values):
    number = next(numbers)
    values = in_all_languages({"text": text, **values}, "text")
    return model.objects.create(group=of, **{"key": f"passage-{number}", "position": number, **values})


def meeting(**values):
    values["group"] = values.get("group") or group()
    return record(workinggroup.Meeting, "meeting", values, texts=("title", "purpose"))


def document(*, files=(), **values):
    """`files`: `(language, name, content)` of each."""
    values["group"] = values.get("group") or group()
    values.setdefault("kind", term(workinggroup.DocumentKind, "preparatory"))
    made = record(workinggroup.Document, "document", values, texts=("title", "text"))
    for language, name, content in files:
        held = workinggroup.DocumentFile(
            document=made, language=language, file=ContentFile(content, name=name)
        )
        held.save()
    return made


def call(**values):
    """A call that opened yesterday and has no closing instant."""
    values["group"] = values.get("group") or group()
    if not values.get("dates_unknown"):
        values.setdefault("opens_at", timezone.now() - timedelta(days=1))
    return record(workinggroup.Call, "call", values, texts=("title", "text", "notice"))


def call_question(of=None, **values):
    """A question that contributors to the call answer."""
    values = in_all_languages({"text": "What changed?", **values}, "text")
    return workinggroup.CallQuestion.objects.create(call=of or call(), **values)


def contribution(**values):
    number = next(numbers)
    values["call"] = values.get("call") or call()
    values = {
        "state": "published",
        "kind": "experience",
        "language": "es",
        "title": f"Contribution {number}",
        "text": "Text.",
        "published_at": timezone.now() if values.get("state", "published") == "published" else None,
        **values,
    }
    return contributions.Contribution.objects.create(**values)


def challenge(**values):
    """`contributions` are given as a set."""
    values.setdefault("category", term(contributions.ChallengeCategory, "coordination"))
    values["group"] = values.get("group") or group()
    return record(contributions.Challenge, "challenge", values, texts=("text",))


def guideline(**values):
    """`challenges` are given as a set."""
    values.setdefault("category", term(contributions.GuidelineCategory, "transparency"))
    values["group"] = values.get("group") or group()
    return record(contributions.Guideline, "guideline", values, texts=("text",))


def relation(source, target, kind="member_of"):
    return directory.Relation.objects.create(
        source=source, target=target, type=term(directory.RelationType, kind)
    )


def draft(user=None, *, of=None, **typed):
    """A draft that could be sent as it is, unless told otherwise."""
    of = of or call()
    data = {
        "title": "What we learnt",
        "kind": "experience",
        "language": "es",
        "summary": "",
        "text": "Our text.",
        "author_name": "Rosa Quispe",
        "consent": "on",
        **typed,
    }
    return contributions.Draft.objects.create(call=of, user=user, data=data)


def moderator(of, **values):
    """A member of staff who moderates the group."""
    user = person(is_staff=True, **values)
    workinggroup.Membership.objects.create(group=of, user=user, role="moderator")
    return user


def member(of, **values):
    """Somebody who belongs to the group and has no part in its work as staff."""
    user = person(**values)
    workinggroup.Membership.objects.create(group=of, user=user)
    return user


def attachment(of, *, name="report.pdf", content=b"%PDF-1.7 report"):
    """A file of a draft, or of a contribution, which gets the draft it was sent from."""
    holder, sent = of, isinstance(of, contributions.Contribution)
    if sent:
        holder, _new = contributions.Draft.objects.get_or_create(
            contribution=of, defaults={"call": of.call, "user": of.author, "data": {"title": of.title}}
        )
    file = contributions.Attachment.objects.create(draft=holder, file=ContentFile(content, name=name))
    if sent:
        of.attachments.add(file)
    return file


def staff(**values):
    """Somebody who may do everything in the admin, with a second factor."""
    user = person(is_staff=True, is_superuser=True, **values)
    TOTP.activate(user, generate_totp_secret())
    return user


def allow(user, *codenames):
    """Give permissions by their codenames; return the user as read anew, without what was remembered."""
    found = Permission.objects.filter(codename__in=codenames)
    assert {permission.codename for permission in found} == set(codenames)
    user.user_permissions.add(*found)
    return User.objects.get(pk=user.pk)


def submitted(user=None, *, of=None, **typed):
    """A contribution that came through the gate, with its first version and its step in the log."""
    made = draft(user or person(language="fr"), of=of, **typed)
    form = ContributionForm(
        workinggroup.Call.objects.with_state().get(pk=made.call_id), made.data, user=made.user
    )
    assert form.is_valid(), form.errors
    return made.submit(made.user, form.for_model).contribution


def revised(record, **typed):
    """The author sends a new version of what `submitted` made."""
    made = contributions.Draft.objects.get(contribution=record)
    made.keep({**made.data, **typed})
    form = ContributionForm(
        workinggroup.Call.objects.with_state().get(pk=made.call_id), made.data, user=made.user, contribution=record
    )  # fmt: skip
    assert form.is_valid(), form.errors
    return made.submit(made.user, form.for_model, base=record.version).contribution
