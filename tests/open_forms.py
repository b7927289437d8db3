"""Forms that anybody may send, for tests by URL: when they were read, and what is filled in."""

from html import unescape

from django.core import signing

from tests.pages import filled, get


def earlier(monkeypatch, limit, seconds):
    """What the form of this limit holds when it was read so many seconds ago."""
    now = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: now() - seconds)
    made = signing.dumps("", salt=limit)
    monkeypatch.undo()
    return made


def send(client, address, read_at, status=302, **typed):
    form = filled(get(client, address), having={"website": ""}, read_at=read_at, **typed)
    response = client.post(address, form)
    assert response.status_code == status
    return unescape(response.content.decode())
