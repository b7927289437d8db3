"""The people, drafts and readers of `./run bench rush`, all invented; made before the clock runs."""

import random
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret
from django.utils import timezone

from accounts.models import User
from contributions.models import Attachment, Draft
from directory.models import Agreement, Event, Organisation, Sector
from directory.models.places import CONTINENTS
from directory.search import named
from workinggroup.models import AnnouncedOpening, Call, WorkingGroup

LANGUAGES = ("es", "fr", "en")
WORDS = {
    "es": "la red de cooperativas del territorio acordó con organizaciones de otros continentes una forma "
    "común de compartir saberes, finanzas solidarias y comercio justo; aprendimos que los acuerdos duran "
    "cuando las mujeres que producen deciden, cuando se mide lo que cambia y cuando hay tiempo",
    "fr": "le réseau des coopératives du territoire a convenu avec des organisations d'autres continents "
    "d'une manière commune de partager savoirs, finances solidaires et commerce équitable ; nous avons "
    "appris que les accords durent quand les femmes décident, quand on mesure et quand on prend le temps",
    "en": "the network of cooperatives agreed with organisations of other continents on a common way to "
    "share knowledge, solidarity finance and fair trade; we learnt that agreements last when the women "
    "who produce decide, when what changes is measured and when there is time to meet",
}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
BOUNDARY = "----WebKitFormBoundaryRipessHubRush"


def make_call():
    """An open call of a published group, with two questions and limits."""
    group = WorkingGroup.objects.create(
        slug="rush", publication="published", coordinator=Organisation.objects.get(slug="ripess"),
        **{f"title_{code}": "Rush" for code in LANGUAGES},
    )  # fmt: skip
    call = Call.objects.create(
        slug="rush", group=group, publication="published", time_zone="Africa/Dakar",
        opens_at=timezone.now() - timedelta(days=30), closes_at=timezone.now() + timedelta(hours=1),
        min_words=50, max_words=6000, **{f"title_{code}": "The last minute" for code in LANGUAGES},
    )  # fmt: skip
    # Its opening was told to whoever followed then: no letter about that goes out now.
    AnnouncedOpening.objects.create(call=call)
    for position in (1, 2):
        call.questions.create(
            position=position,
            max_words=300,
            **{f"text_{code}": f"Question {position}?" for code in LANGUAGES},
        )
    return call


def words(chance, language, count):
    """`count` words in paragraphs of a page's length."""
    stock = WORDS[language].split()
    chosen = [chance.choice(stock) for _n in range(count)]
    return "\n\n".join(" ".join(chosen[at : at + 90]).capitalize() + "." for at in range(0, count, 90))


class Directory:
    """What people name of the directory: only what one record alone is called."""

    def __init__(self):
        organisations = Organisation.objects.published().exclude(name_es="").rows()
        self.organisations = [
            str(record) for record in organisations[:80] if len(named(organisations, str(record))[0]) == 1
        ]
        agreements = Agreement.objects.published()
        self.agreements = [
            str(record) for record in agreements[:40] if len(named(agreements, str(record))[0]) == 1
        ]
        self.sectors = list(Sector.objects.values_list("pk", flat=True))


def typed(chance, call, number, language, directory):
    """What somebody wrote: a page or two, now and then ten; the rest as most people fill it in."""
    return {
        "title": words(chance, language, 9)[:200].strip("\n"),
        "kind": chance.choice(["experience", "analysis", "proposal"]),
        "language": language,
        "summary": words(chance, language, 40)[:500] if chance.random() < 0.6 else "",
        "text": words(chance, language, int(min(5000, chance.lognormvariate(6.4, 0.6)) + 60)),
        "links": "https://example.org/report" if chance.random() < 0.3 else "",
        "regions": chance.sample(CONTINENTS, chance.choice([0, 1, 2])),
        "sectors": chance.sample(directory.sectors, chance.choice([0, 1, 2])),
        "agreements": chance.choice(directory.agreements) if chance.random() < 0.1 else "",
        "author_name": f"Person {number}",
        "organisation": chance.choice(directory.organisations) if chance.random() < 0.4 else "",
        "co_authors": f"Colleague, colleague-{number}@example.org" if chance.random() < 0.1 else "",
        "consent": "on",
        **{f"answer-{question.pk}": words(chance, language, 60) for question in call.questions.all()},
    }


def make_people(call, count, *, seed=1):
    """`count` people who are signed in and have written. Return for each what is needed to press."""
    chance, directory = random.Random(seed), Directory()
    users = User.objects.bulk_create(
        User(
            email=f"person-{number}@example.org",
            display_name=f"Person {number}",
            language=LANGUAGES[number % 3],
            time_zone=("Africa/Dakar", "America/Lima", "Asia/Manila")[number % 3],
            password="!rush",
        )
        for number in range(count)
    )
    from allauth.account.models import EmailAddress

    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    sessions, drafts, people = [], [], []
    store = SessionStore()
    for number, user in enumerate(users):
        session = store._get_new_session_key()
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        sessions.append(
            Session(
                session_key=session,
                session_data=store.encode(data),
                expire_date=timezone.now() + timedelta(days=14),
            )
        )
        language = LANGUAGES[number % 3]
        data = typed(chance, call, number, language, directory)
        # One in twenty presses without ever having saved, as a browser without scripts does.
        saved = number % 20 != 7
        draft = Draft(
            id=uuid.UUID(int=chance.getrandbits(128), version=4), call=call, user=user, data=data,
            revision=chance.randint(1, 30),
        )  # fmt: skip
        if saved:
            drafts.append(draft)
        # The last words were typed after the last autosave.
        data = {**data, "text": data["text"] + "\n\n" + words(chance, language, 12)}
        people.append(
            {
                "number": number,
                "user": user.pk,
                "language": language,
                "session": session,
                "key": str(draft.pk),
                "revision": draft.revision if saved else 0,
                "saved": saved,
                "title": " ".join(data["title"].split()),
                "text": data["text"],
                "data": data,
            }
        )
    Session.objects.bulk_create(sessions, batch_size=500)
    Draft.objects.bulk_create(drafts, batch_size=500)
    for draft in drafts[::6]:
        for part in range(chance.choice([1, 1, 2])):
            content = PDF + chance.randbytes(20_000)
            Attachment.objects.create(draft=draft, file=ContentFile(content, name=f"annex-{part}.pdf"))
    return people


def request_of(person, call, host):
    """The bytes, as text, that a browser sends when the person presses “Send the contribution”, and the
    cookies of that browser."""
    secret = _get_new_csrf_string()
    cookie = f"sessionid={person['session']}; csrftoken={secret}"
    fields = [
        ("csrfmiddlewaretoken", _mask_cipher_secret(secret)),
        ("draft", person["key"]),
        ("revision", str(person["revision"])),
        ("base", "0"),
    ]
    for name, value in person["data"].items():
        fields += [(name, one) for one in (value if isinstance(value, list) else [value])]
    fields.append(("do", "submit"))
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        + value.replace("\n", "\r\n")
        + "\r\n"
        for name, value in fields
    ]
    parts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename=""\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n\r\n--{BOUNDARY}--\r\n"
    )
    body = "".join(parts)
    path = f"/{person['language']}/calls/{call.slug}/contribute/"
    if person["saved"]:
        path += f"{person['key']}/"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nReferer: http://{host}{path}\r\n"
        f"User-Agent: Mozilla/5.0\r\nAccept: text/html,application/xhtml+xml\r\n"
        f"Accept-Encoding: gzip, br\r\nAccept-Language: {person['language']}\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body.encode())}\r\n\r\n"
    )
    return head + body, cookie


def pages():
    """`(addresses read often, every address)`: what visitors read, in three languages."""
    often = [f"/{code}/{path}" for code in LANGUAGES for path in ("calls/rush/", "", "groups/rush/")]
    records = [
        *(f"organisations/{slug}/" for slug in Organisation.objects.published().values_list("slug", flat=True)),
        *(f"agreements/{slug}/" for slug in Agreement.objects.published().values_list("slug", flat=True)),
        *(f"events/{slug}/" for slug in Event.objects.published().values_list("slug", flat=True)),
        "organisations/", "agreements/", "events/", "groups/", "contributions/", "about/",
    ]  # fmt: skip
    return often, [f"/{code}/{path}" for code in LANGUAGES for path in records]
