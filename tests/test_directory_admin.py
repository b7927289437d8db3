"""The administration of the directory keeps what it is not asked to change."""

import pytest
from django.forms import ModelMultipleChoiceField
from django.urls import reverse

from tests import factories
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
