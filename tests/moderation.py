"""The pages of moderators as a browser asks for them and posts them, for tests by URL."""

from datetime import UTC, datetime
from html import unescape

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contributions.models import DECISIONS, Step, StepTaken
from tests import factories as make
from tests.pages import filled

BY_STAFF = [*sorted(DECISIONS), Step.RESTORE]
QUEUE = "/admin/contributions/contribution/"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def moderator(group, **values):
    user = make.moderator(group, **values)
    return make.allow(user, "view_contribution", "change_contribution")


def page_of(record):
    return reverse("admin:contributions_contribution_change", args=[record.pk])


def read(client, record, status=200):
    response = client.get(page_of(record))
    assert response.status_code == status
    return unescape(response.content.decode())


def posted(client, address, data, status):
    response = client.post(address, data)
    assert response.status_code == status, response.content.decode()[:2000]
    return unescape(response.content.decode())


def decide(client, record, step, status=302, html=None, **typed):
    """Press the button of a step as it stands on the page."""
    data = filled(html or read(client, record), having={"step": step}, **typed)
    return posted(client, page_of(record), data, status)


def in_state(state, **values):
    values = {"author": make.person(language="fr"), "withdrawn_from": "published", **values}
    return make.contribution(state=state, published_at=timezone.now(), **values)


def decisions():
    return StepTaken.objects.filter(step__in=BY_STAFF).count()
