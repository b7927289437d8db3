"""The administration of the directory keeps what it is not asked to change."""

import datetime

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.forms import ModelMultipleChoiceField
from django.urls import reverse

from directory.models import Organisation, PageVersion
from tests import factories
from tests.pages import address_of, get
from tests.test_accounts import verified, with_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_client(client):
    client.force_login(with_factor(verified(is_staff=True, is_superuser=True)))
    return client


def sent_back(response):
    """What a browser sends when somebody opens a form and presses “save”."""
    data = {}
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for field in (field for form in forms for field in form):
        value = field.value()
        many = isinstance(field.field, ModelMultipleChoiceField)
        shown = value if many else field.field.widget.format_value(value)
        if shown not in (None, "", []):
            data[field.html_name] = shown
    return data


def test_saving_an_untouched_form_changes_nothing(staff_client):
    event = factories.event(
        title="Foro",
        other_organisers=["Ministry of Enterprises, Social Economy and Handicrafts", "A city"],
        sources=["https://example.org/a,-b", "Minutes (2016), page 3", "general knowledge"],
    )
    before = (
        type(event)
        .objects.filter(pk=event.pk)
        .values("other_organisers", "sources", "title_es", "year")
        .get()
    )
    address = reverse("admin:directory_event_change", args=[event.pk])
    saved = staff_client.post(address, sent_back(staff_client.get(address)))
    assert saved.status_code == 302, saved.context["adminform"].form.errors
    assert type(event).objects.filter(pk=event.pk).values(*before).get() == before


def test_texts_of_a_list_stand_one_a_line(staff_client):
    event = factories.event(sources=["https://example.org/"])
    address = reverse("admin:directory_event_change", args=[event.pk])
    data = sent_back(staff_client.get(address))
    staff_client.post(address, {**data, "sources": " one, two \r\n\r\nthree\r\n"})
    event.refresh_from_db()
    assert event.sources == ["one, two", "three"]


@pytest.mark.parametrize("kind", ["organisation", "agreement", "event"])
def test_staff_say_that_a_record_was_reviewed_and_its_page_and_data_say_when(staff_client, client, kind):
    record = getattr(factories, kind)()
    page = address_of(record)
    assert "Not yet reviewed by the team." in get(client, page)
    assert client.get(f"/api/v1/{kind}s/{record.slug}/").json()["reviewed_on"] is None
    changed, version = record.updated_at, PageVersion.current()
    marked = {"action": "review", ACTION_CHECKBOX_NAME: record.pk}
    staff_client.post(f"/admin/directory/{kind}/", marked)
    record.refresh_from_db()
    today = datetime.datetime.now(datetime.UTC).date()
    assert (record.reviewed_on, record.updated_at) == (today, changed)
    # Pages that are kept elsewhere say so too.
    assert PageVersion.current() > version
    type(record).objects.update(reviewed_on=datetime.date(2026, 11, 2))
    assert "Reviewed by the team on 2 November 2026" in get(client, page)
    assert "Revisado por el equipo el 2 de noviembre de 2026" in get(client, address_of(record, "es"))
    assert client.get(f"/api/v1/{kind}s/{record.slug}/").json()["reviewed_on"] == "2026-11-02"


def test_whoever_may_only_read_marks_nothing_as_reviewed(client):
    record = factories.organisation()
    reader = factories.allow(with_factor(verified(is_staff=True)), "view_organisation")
    client.force_login(reader)
    client.post("/admin/directory/organisation/", {"action": "review", ACTION_CHECKBOX_NAME: record.pk})
    assert Organisation.objects.get().reviewed_on is None
