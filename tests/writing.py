"""The form of a contribution as a browser posts it, for tests by URL."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.test import Client

from contributions.models import Draft
from tests import factories as make

OPENS = datetime(2026, 11, 1, 12, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
WORDS = {
    "title": "Tres años de ferias",
    "kind": "experience",
    "language": "es",
    "summary": "En pocas palabras.",
    "text": "Un texto **importante**.\n\nY otro párrafo.",
    "author_name": "Lucía Andrango",
    "organisation": "",
    "consent": "on",
}


def a_call(**values):
    return make.call(**{"opens_at": OPENS, "closes_at": CLOSES, "slug": "feria", **values})


def form_address(call, language="es"):
    return f"/{language}/calls/{call.slug}/contribute/"


def post(client, call, do="save", *, page="es", key=None, status=None, **changes):
    """Press a button of the form; returns the answer."""
    address = form_address(call, page) + (f"{key}/" if key else "")
    values = {"draft": str(key or uuid4()), "revision": "0", "base": "0", "do": do, **WORDS, **changes}
    answer = client.post(address, {name: value for name, value in values.items() if value is not None})
    if status:
        assert answer.status_code == status, answer.content.decode()[:3000]
    return answer


def signed_in(**values):
    client, person = Client(), make.person(**values)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client.force_login(person)
    return client, person


def shown(answer):
    return answer.content.decode()


def sent(client, call, **changes):
    key = uuid4()
    post(client, call, "submit", draft=str(key), status=302, **changes)
    return Draft.objects.get(pk=key).contribution, key
