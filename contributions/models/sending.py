"""What passes the gate becomes a contribution, or a new version of one."""

from django.db.models import F
from django.template.defaultfilters import filesizeformat

from contributions import mail
from contributions.models.contributions import Contribution
from contributions.models.parts import CoAuthor, ContributionVersion

FIELDS = (
    "kind", "language", "title", "summary", "text", "author_name", "organisation", "links", "answers",
    "licence",
)  # fmt: skip
SETS = ("regions", "sectors", "agreements")
# After the closing, what was asked to be changed is the words, not who signs them.
WORDS = ("title", "summary", "text")


def made(draft, user, cleaned, call, *, late, consented_at=None):
    """The contribution of a draft, received at the instant that decided; writing it takes longer."""
    record = Contribution.objects.create(
        call=call,
        author=user,
        late=late,
        consented_at=consented_at or call.now,
        received_at=call.now,
        **{name: cleaned[name] for name in FIELDS},
    )
    type(draft).objects.filter(pk=draft.pk).update(contribution=record, user=user, late_at=None)
    complete(record, draft, cleaned)
    return record


def is_whole(cleaned):
    """Whether a form asked for everything, or only for the words, as after the closing."""
    return "kind" in cleaned


def revised(record, draft, cleaned, *, by, base):
    """The contribution with a new version, in its old place in the queue."""
    whole = is_whole(cleaned) and record.takes_whole_changes
    values = {name: cleaned[name] for name in (FIELDS if whole else WORDS)}
    if whole:
        values["consented_at"] = record.call.now
    record.move(record.change_step, by=by, judged=base, edit_until=None, version=F("version") + 1, **values)
    complete(record, draft, cleaned if whole else None)
    return record


def complete(record, draft, cleaned):
    """What hangs on a version: vocabularies, attachments, co-authors (left as they are without
    `cleaned`), and the copy of the version as it was sent."""
    if cleaned is not None:
        for name in SETS:
            put(record, name, cleaned[name])
        files = list(draft.attachments.present().only("draft", "original_name"))
        put(record, "attachments", files)
        ask(record, cleaned["co_authors"])
        kept = {"rest": rest_of(cleaned, files)}
        kept |= {name: cleaned[name] for name in ("consent", "consent_language")}
    else:
        before = last_sent(record)
        kept = {name: getattr(before, name) for name in ("rest", "consent", "consent_language")}
    ContributionVersion.objects.create(
        contribution=record,
        number=record.version,
        sent_at=record.call.now,
        title=record.title,
        summary=record.summary,
        text=record.text,
        licence=record.licence,
        consented_at=record.consented_at,
        **kept,
    )


def put(record, name, chosen):
    """Set a many-to-many field; what is new holds nothing that would have to be looked for."""
    if record.version > 1:
        getattr(record, name).set(chosen)
    elif chosen:
        getattr(record, name).add(*chosen)


# How each field of a version apart from its words is kept, as people compare them.
REST = {
    "kind": str,
    "language": str,
    "author_name": str,
    "organisation": lambda record: record.slug if record else "",
    "links": list,
    "answers": dict,
    "co_authors": lambda named: [name for name, _email in named],
    "regions": sorted,
    "sectors": sorted,
    "agreements": lambda records: sorted(record.slug for record in records),
}


def rest_of(cleaned, files):
    """The fields of a version apart from its words."""
    rest = {name: keep(cleaned[name]) for name, keep in REST.items() if name in cleaned}
    return {**rest, "attachments": [file.original_name for file in files]}


def not_taken(record, draft, cleaned, wrong):
    """`(sent, typed)`: the fields apart from the words as the last version holds them, and as the draft
    does, for what is sent after the time for whole changes. `wrong`: what stands in fields that are not
    right and that `cleaned` lacks. People and files are named in full: another address or content is a
    change too."""
    sent = {
        **last_sent(record).rest,
        "co_authors": [", ".join(one) for one in record.co_authors.values_list("name", "email")],
        "attachments": [in_full(file) for file in record.attachments.all()],
    }
    typed = rest_of(cleaned, ())
    typed["attachments"] = [in_full(file) for file in draft.attachments.present()]
    if "co_authors" in cleaned:
        typed["co_authors"] = [", ".join(one) for one in cleaned["co_authors"]]
    for name, value in wrong.items():
        kind, _dash, question = name.partition("-")
        if kind == "answer":
            typed["answers"][question] = value
        # What the directory no longer names was right when it was sent, and is no change.
        elif name in ("links", "author_name") or name in REST and not sent.get(name):
            typed[name] = value
    return sent, {**sent, **typed}


def in_full(file):
    return f"{file.original_name} ({filesizeformat(file.size)})"


def last_sent(record):
    """The last version as it was sent."""
    return record.versions.order_by("number").last()


def was_sent(record, draft, cleaned):
    """Whether the last version sent holds all this: then the press is a second one of the same button."""
    last = last_sent(record)
    if last is None or any(getattr(last, name) != cleaned[name] for name in WORDS):
        return False
    # Of what was pressed twice after the closing, the words are all that could be taken.
    if not is_whole(cleaned) or last.is_of_words:
        return True
    files = list(draft.attachments.present())
    return (
        last.rest == rest_of(cleaned, files)
        # Two people may bear one name, and two files.
        and set(record.co_authors.values_list("email", flat=True))
        == {email for _name, email in cleaned["co_authors"]}
        and set(record.attachments.values_list("pk", flat=True)) == {file.pk for file in files}
    )


def ask(record, named):
    """Ask those named as co-authors, each once under one name; who is no longer named is taken off."""
    if record.version == 1 and not named:
        return
    emails = [email for _name, email in named]
    record.co_authors.exclude(email__in=emails).delete()
    for name, email in named:
        person, new = CoAuthor.objects.get_or_create(
            contribution=record, email=email, defaults={"name": name}
        )
        if new or person.rename(name):
            person.name = name
            mail.ask_co_author(person)
