"""The administration of the directory keeps what it is not asked to change."""

import datetime

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.forms import ModelMultipleChoiceField
from django.urls import reverse

from directory.loader import changed_since
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


ADD = "/admin/directory/organisation/add/"


def new(client, **typed):
    """What staff send who add an organisation."""
    some = factories.organisation(slug="some", name="Wholly Different")
    data = sent_back(client.get(ADD))
    return {**data, "slug": "new", "kind": some.kind_id, "scope": some.scope_id, **typed}


def test_whoever_adds_an_organisation_is_shown_once_which_names_look_alike(staff_client):
    factories.organisation(slug="andes", name="Red Andina de Economía Solidaria", acronym="RAES")
    hidden = factories.organisation(
        slug="hidden", name="Otra", aliases=["Red andina de economia"], publication="draft"
    )
    factories.organisation(slug="far", name="Alliance of Savings Groups")
    data = new(staff_client, name_es="Red Andina de Economía Solidária", city="Quito")
    asked = staff_client.post(ADD, data)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "errornote" not in page
    assert {one.slug for one in asked.context["adminform"].form.alike} == {"andes", "hidden"}
    assert f"/admin/directory/organisation/{hidden.pk}/change/" in page
    # Nothing typed is lost, and saving again saves.
    again = sent_back(asked)
    assert (again["name_es"], again["city"]) == ("Red Andina de Economía Solidária", "Quito")
    assert not Organisation.objects.filter(slug="new").exists()
    seen = {"not_these": ["andes", "hidden"]}
    assert staff_client.post(ADD, {**again, **seen, "slug": "new"}).status_code == 302
    made = Organisation.objects.get(slug="new")
    # A record that exists is saved without a question.
    address = reverse("admin:directory_organisation_change", args=[made.pk])
    assert staff_client.post(address, sent_back(staff_client.get(address))).status_code == 302


def test_an_acronym_met_already_is_shown_and_a_new_name_is_saved_at_once(staff_client):
    factories.organisation(slug="inaes", name="Instituto Nacional", acronym="INAES")
    data = new(staff_client, name_es="Institut national de la Réunion", acronym_es="inaes")
    asked = staff_client.post(ADD, data)
    assert [one.slug for one in asked.context["adminform"].form.alike] == ["inaes"]
    data = {**data, "name_es": "Xyzzy", "acronym_es": ""}
    assert staff_client.post(ADD, data).status_code == 302
    assert Organisation.objects.filter(slug="new").exists()


def test_what_is_wrong_in_a_new_record_is_said_before_which_names_look_alike(staff_client):
    factories.organisation(slug="andes", name="Red Andina")
    asked = staff_client.post(ADD, new(staff_client, name_es="Red Andina", slug="some"))
    form = asked.context["adminform"].form
    assert (list(form.errors), form.alike) == (["slug"], [])
    assert 'name="not_these"' not in asked.content.decode()


def test_staff_name_a_party_outside_the_directory_by_language(staff_client):
    pact = factories.agreement(parties=[factories.organisation(), "Germany"])
    address = reverse("admin:directory_agreement_change", args=[pact.pk])
    data = sent_back(staff_client.get(address))
    assert [data[f"parties-1-name_{code}"] for code in ("es", "fr", "en")] == ["Germany"] * 3
    data |= {"parties-1-name_es": "Alemania", "parties-1-name_fr": ""}
    saved = staff_client.post(address, data)
    assert saved.status_code == 302, saved.context["errors"]
    party = pact.parties.get(organisation=None)
    assert (party.name_es, party.name_fr or "", party.name_en) == ("Alemania", "", "Germany")
    for code in ("es", "fr", "en"):
        data[f"parties-1-name_{code}"] = ""
    nobody = staff_client.post(address, data, headers={"accept-language": "en"})
    assert nobody.status_code == 200
    assert "write a name, not both" in nobody.content.decode()


def in_admin(record, page="change"):
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=[record.pk])


def history_of(client, record):
    """The rows of its history page, newest first: who, what, of which part, and each old and new value."""
    return [
        (
            change["who"],
            change["what"],
            str(change["part"][1]) if change["part"] else "",
            [(old, new) for _name, old, new in change["fields"]],
        )
        for change in client.get(in_admin(record, "history")).context["changes"]
    ]


def test_the_history_holds_what_was_changed_and_nothing_else(staff_client):
    texts = {"title_es": "Acuerdo", "title_fr": "Accord", "title_en": "Agreement", "official_title_en": ""}
    agreement = factories.agreement(**texts, start_year=2016)
    data = sent_back(staff_client.get(in_admin(agreement)))
    saved = staff_client.post(in_admin(agreement), {**data, "start_year": 2017})
    assert saved.status_code == 302, saved.context["adminform"].form.errors
    changed = [
        fields for _who, what, _part, fields in history_of(staff_client, agreement) if what == "update"
    ]
    assert changed == [[(2016, 2017)]]


def test_the_history_of_an_agreement_holds_its_parties_by_name(staff_client):
    bank = factories.organisation(name="Banco Solidario")
    agreement = factories.agreement(parties=[bank, "A foundation"])
    data = sent_back(form := staff_client.get(in_admin(agreement)))
    parties = form.context["inline_admin_formsets"][0]
    assert [str(one.original) for one in parties if one.original] == ["Banco Solidario", "A foundation"]
    staff_client.post(in_admin(agreement), {**data, "parties-0-role": "convenor"})
    agreement.parties.get(organisation=bank).delete()
    removed, changed = history_of(staff_client, agreement)[:2]
    assert removed[1:3] == ("delete", "Banco Solidario")
    assert changed[1:] == ("update", "Banco Solidario", [("", "convenor")])
    assert changed[0] == form.wsgi_request.user.display_name


def test_the_history_holds_what_was_chosen_of_other_tables_and_what_no_longer_is(staff_client):
    finance, trade = factories.sector("finance", label="Finance"), factories.sector("trade", label="Trade")
    agreement = factories.agreement()
    agreement.sectors.set([finance])
    data = sent_back(form := staff_client.get(in_admin(agreement)))
    saved = staff_client.post(in_admin(agreement), {**data, "sectors": [trade.pk]})
    assert saved.status_code == 302, saved.context["adminform"].form.errors
    rows = history_of(staff_client, agreement)
    chosen = [(who, what) for who, what, part, _fields in rows if part == str(trade)]
    assert chosen == [(form.wsgi_request.user.display_name, "insert")]
    assert [what for _who, what, part, _fields in rows if part == str(finance)] == ["delete", "insert"]


def test_the_history_outlives_what_it_names(staff_client):
    gone, partner = factories.organisation(), factories.organisation()
    event, agreement = factories.event(), factories.agreement(parties=[gone, partner, "A city"])
    event.organisers.set([gone])
    factories.relation(partner, gone)
    agreement.parties.get(organisation=gone).delete()
    gone.delete()
    for record in (event, agreement, partner):
        assert "delete" in [what for _who, what, _part, _fields in history_of(staff_client, record)]


def test_of_a_vocabulary_the_history_says_who_saved_what(staff_client):
    sector = factories.sector()
    data = sent_back(staff_client.get(in_admin(sector)))
    staff_client.post(in_admin(sector), {**data, "label_en": "Another name"})
    (entry,) = staff_client.get(in_admin(sector, "history")).context["action_list"]
    assert "Label [en]" in entry.change_message


def test_the_form_of_a_loaded_record_names_what_was_changed_since(staff_client):
    """Texts are compared in every language; parties within the directory and outside it are one field."""
    bank = factories.organisation()
    loaded = {"title": {"es": "Acuerdo", "fr": "Accord", "en": "Agreement"}, "parties": [bank.slug]}
    loaded |= {"other_parties": ["A foundation"], "start_year": 2016, "publication": "published"}
    texts = {f"title_{code}": text for code, text in loaded["title"].items()}
    agreement = factories.agreement(parties=[bank, "A foundation"], **texts, start_year=2016, loaded=loaded)
    assert changed_since(agreement) == []
    agreement.title_fr = "Un autre titre"
    agreement.save()
    agreement.parties.filter(organisation=None).delete()
    agreement.refresh_from_db()
    assert changed_since(agreement) == ["title", "parties"]
    form = staff_client.get(in_admin(agreement), headers={"accept-language": "en"}).content.decode()
    assert "changed since, and kept at the next load: title, parties." in form


@pytest.mark.parametrize("kind", ["organisation", "agreement", "event"])
def test_a_form_begins_with_what_the_record_is(staff_client, kind):
    form = staff_client.get(reverse(f"admin:directory_{kind}_add")).context["adminform"]
    names = [name for _title, options in form.fieldsets for name in options["fields"]]
    assert names.index("title_es" if kind != "organisation" else "name_es") < names.index("confidence")
    assert names.index("sources") < names.index("publication")


@pytest.mark.parametrize(
    ("language", "listed", "suggested", "changed"),
    [
        ("en", "Organisations", "Suggestions by readers", "Change organisation"),
        ("es", "Organizaciones", "Sugerencias del público", "Modificar organización"),
        ("fr", "Organisations", "Suggestions du public", "Modifier\u00a0: organisation"),
    ],
)
def test_lists_are_called_by_what_they_hold(staff_client, language, listed, suggested, changed):
    record = factories.organisation()
    staff_client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    for address, title in (
        (reverse("admin:directory_organisation_changelist"), listed),
        (reverse("admin:directory_suggestion_changelist"), suggested),
        (reverse("admin:directory_organisation_change", args=[record.pk]), changed),
    ):
        page = get(staff_client, address)
        assert f"<h1>{title}</h1>" in page
        assert f"{title} | " in page


def test_staff_find_an_agreement_by_any_of_its_parties(staff_client):
    bank = factories.organisation(name="Banco Solidario")
    agreement = factories.agreement(parties=[bank, "A foundation"])
    factories.agreement(parties=["Others", "Elsewhere"])
    for words in ("solidario", "foundation"):
        found = staff_client.get(reverse("admin:directory_agreement_changelist"), {"q": words})
        assert list(found.context["cl"].result_list) == [agreement], words
