"""The proof of `./run bench rush`: what the client noted, compared with the database and the outbox.

The ledger has one note a press: who, when it was planned, sent and answered, the status, the reference.
`stored()` reads what the hub kept; `compare()` names every person for whom the two do not agree.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

# The client asks the same clock as the database, in another process.
MOMENT = 0.001


@dataclass
class Verdict:
    """Sentences by kind of fault; sound when there are none."""

    lost: list = field(default_factory=list)
    late: list = field(default_factory=list)
    doubled: list = field(default_factory=list)
    failed: list = field(default_factory=list)

    @property
    def sound(self):
        return not (self.lost or self.late or self.doubled or self.failed)

    def __str__(self):
        return (
            f"{len(self.lost)} lost, {len(self.late)} late, {len(self.doubled)} doubled, "
            f"{len(self.failed)} answers that are none"
        )


@dataclass
class Stored:
    """What the hub holds of a call: contributions and drafts by the draft's key, mail by the person."""

    closes_at: float
    contributions: dict
    drafts: dict
    receipts: Counter
    refusals: Counter
    # References of contributions to the call that belong to no draft.
    strays: list

    def __str__(self):
        late = sum(draft["late"] for draft in self.drafts.values())
        return (
            f"{sum(map(len, self.contributions.values()))} contributions, "
            f"{sum(self.receipts.values())} receipts, {late} late drafts, "
            f"{sum(self.refusals.values())} late refusals"
        )


def stored(call):
    """Read it from the database."""
    from accounts.models import OutgoingMail
    from contributions.models import Contribution, Draft, StepTaken
    from workinggroup.models import Call

    closes_at = Call.objects.get(pk=call.pk).closes_at.timestamp()
    steps = Counter(
        StepTaken.objects.filter(contribution__call=call).values_list("contribution_id", flat=True)
    )
    rows = Contribution.objects.filter(call=call).select_related("draft").prefetch_related("versions")
    contributions, strays = defaultdict(list), []
    for row in rows.defer("search_es", "search_fr", "search_en"):
        if not hasattr(row, "draft"):
            strays.append(row.reference)
            continue
        contributions[str(row.draft.pk)].append(
            {
                "reference": row.reference,
                "author": row.author_id,
                "title": row.title,
                "text": row.text,
                "received_at": row.received_at.timestamp(),
                "sendings": max(row.version, len(row.versions.all()), steps[row.pk]),
            }
        )
    drafts = {
        str(draft.pk): {"text": draft.data.get("text"), "late": draft.late_at is not None}
        for draft in Draft.objects.filter(call=call)
    }
    receipts, refusals = Counter(), Counter()
    references = {row["reference"]: key for key, made in contributions.items() for row in made}
    # Letters of a kind that people may switch off are about the call, not about what one of them sent.
    for subject, text in OutgoingMail.objects.filter(kind="").values_list("subject", "text"):
        # A receipt names the reference in its subject, a late refusal leads to the draft.
        for reference in {word for word in subject.split() if word in references}:
            receipts[references[reference]] += 1
        for key in {key for key in drafts_named(text) if key in drafts}:
            refusals[key] += 1
    return Stored(closes_at, dict(contributions), drafts, receipts, refusals, strays)


def drafts_named(text):
    """The keys of drafts whose addresses stand in a mail."""
    return [word.rstrip("/").rsplit("/", 1)[-1] for word in text.split() if "/contribute/" in word]


def compare(people, presses, found):
    """Return the `Verdict`. `people`: `{number: {key, user, title, text}}` of those who pressed;
    `presses`: the ledger; `found`: `Stored`."""
    verdict = Verdict()
    by_person = defaultdict(list)
    for press in presses:
        by_person[press["person"]].append(press)
    for number, person in people.items():
        judge(verdict, number, person, by_person[number], found)
    known = {person["key"] for person in people.values()}
    for key in found.contributions.keys() - known:
        verdict.doubled.append(f"a contribution of a draft nobody sent: {key}")
    for reference in found.strays:
        verdict.doubled.append(f"{reference}: a contribution without a draft")
    return verdict


def judge(verdict, number, person, presses, found):
    """Hold one person's answers against what is stored for them."""
    key = person["key"]
    made = found.contributions.get(key, [])
    draft = found.drafts.get(key, {})
    who = f"person {number}"
    answers = [press for press in presses if press["status"] is not None]
    for press in presses:
        if press["status"] is None and not press["dropped"]:
            verdict.failed.append(f"{who}: no answer ({press.get('problem', '')})")
        elif press["status"] is not None and not (press["reference"] or press["status"] == 409):
            verdict.failed.append(f"{who}: answered {press['status']}")
    told = {press["reference"] for press in answers if press["reference"]}
    refused = [press for press in answers if press["status"] == 409]

    # Nothing lost: what was answered is so, and the words are there.
    for reference in told - {row["reference"] for row in made}:
        verdict.lost.append(f"{who}: told {reference}, which is not there")
    for row in made:
        if (row["author"], row["title"], row["text"]) != (person["user"], person["title"], person["text"]):
            verdict.lost.append(f"{who}: {row['reference']} holds other words than were sent")
        if not found.receipts[key]:
            verdict.lost.append(f"{who}: no receipt for {row['reference']}")
    if not made:
        if draft.get("text") != person["text"]:
            verdict.lost.append(f"{who}: the text is neither received nor kept")
        if refused and not draft.get("late"):
            verdict.lost.append(f"{who}: refused as late, and staff do not see the draft")
        if draft.get("late") and not found.refusals[key]:
            verdict.lost.append(f"{who}: not told by mail that it came late")
    if made and refused:
        verdict.lost.append(f"{who}: refused, though {made[0]['reference']} is in")

    # Nothing late: by the database's clock, and by the client's own.
    for row in made:
        if row["received_at"] >= found.closes_at:
            verdict.late.append(f"{who}: {row['reference']} received after the closing")
        if min(press["sent"] for press in presses) >= found.closes_at + MOMENT:
            verdict.late.append(f"{who}: {row['reference']} sent after the closing")

    # Nothing doubled.
    if len(made) > 1 or len(told) > 1:
        verdict.doubled.append(f"{who}: {len(made)} contributions, {len(told)} references")
    if any(row["sendings"] != 1 for row in made):
        verdict.doubled.append(f"{who}: more than one version or step")
    if found.receipts[key] > len(made):
        verdict.doubled.append(f"{who}: {found.receipts[key]} receipts for {len(made)} contributions")
    if found.refusals[key] > (0 if made else 1):
        verdict.doubled.append(f"{who}: {found.refusals[key]} late refusals")
