"""What authors agree to, kept with each version as it was shown to them."""

import json
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client

from contributions import rights
from contributions.forms import ContributionForm
from contributions.models import Contribution, Draft
from tests import factories as make
from tests.pages import FormReader, filled
from workinggroup.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)
BEFORE = CLOSES - timedelta(days=3)
A = {"consent_es": "Acepto la frase A.", "consent_fr": "J'accepte la phrase A."}
B = {"consent_es": "Acepto la frase B.", "consent_fr": "J'accepte la phrase B.", "licence": "CC0-1.0"}
WORDS = {
    "title": "Ferias",
    "text": "Un texto.",
    "kind": "experience",
    "language": "es",
    "author_name": "Rosa",
}


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


@pytest.fixture
def rosa():
    client, person = Client(), make.person()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client.force_login(person)
    client.person = person
    return client


def a_call(**values):
    return make.call(opens_at=BEFORE - timedelta(days=30), closes_at=CLOSES, **{**A, **values})


def now_says(call, values):
    """Staff change what authors agree to."""
    for name, value in values.items():
        setattr(call, name, value)
    call.save()


def press(client, address, do="submit", **changes):
    """Read the form, fill it, press: as a browser does."""
    html = unescape(client.get(address).content.decode())
    return pressed(client, address, html, do, **changes)


def written(html):
    """What the form of a contribution holds."""
    return next(form for form in FormReader(html).forms if "revision" in form)


def pressed(client, address, html, do="submit", **changes):
    form = {**written(html), **changes, "do": do}
    return client.post(address, {name: value for name, value in form.items() if value is not None})


def form_of(call, language="es"):
    return f"/{language}/calls/{call.slug}/contribute/"


def sent(client, call, language="es"):
    assert press(client, form_of(call, language), **WORDS, consent="on").status_code == 302
    return Contribution.objects.get()


def of_draft(record, language="es"):
    return f"{form_of(record.call, language)}{record.draft.pk}/"


def agreed(version):
    return version.licence, version.consent, version.consent_language, version.consented_at


def test_each_version_keeps_the_licence_and_the_sentence_its_author_read(clock, rosa):
    call = a_call()
    with clock(BEFORE):
        record = sent(rosa, call, "fr")
    now_says(call, B)
    later = BEFORE + timedelta(days=1)
    with clock(later):
        assert press(rosa, of_draft(record), text="Otro.", consent="on").status_code == 302
    first, second = record.versions.all()
    assert agreed(first) == ("CC-BY-SA-4.0", "J'accepte la phrase A.", "fr", BEFORE)
    assert agreed(second) == ("CC0-1.0", "Acepto la frase B.", "es", later)
    record.refresh_from_db()
    assert (record.licence, record.consented_at) == ("CC0-1.0", later)
    now_says(call, {"consent_es": "Otra frase.", "licence": "CC-BY-4.0"})
    data = json.loads(json.dumps(list(rights.export_for(rosa.person)["contributions"]), default=str))[0]
    assert data["consent"] == {"given": str(later), "licence": "CC0-1.0", "sentence": "Acepto la frase B."}
    assert data["versions"][0]["consent"]["sentence"] == "J'accepte la phrase A."
    assert data["versions"][0]["consent"]["licence"] == "CC-BY-SA-4.0"


def test_the_hubs_usual_sentence_is_kept_as_it_read(clock, rosa):
    with clock(BEFORE):
        record = sent(rosa, a_call(consent_es="", consent_fr=""), "fr")
    version = record.versions.get()
    assert "CC BY-SA 4.0" in version.consent
    assert version.consent_language == "fr"


def test_a_tick_for_another_sentence_is_no_consent(clock, rosa):
    """The tick of the first version does not count for what the call asks since, nor one in a page that
    was open when it changed."""
    call = a_call()
    with clock(BEFORE):
        record = sent(rosa, call)
        open_page = unescape(rosa.get(of_draft(record)).content.decode())
        assert "consent" in written(open_page)
        now_says(call, B)
        fresh = unescape(rosa.get(of_draft(record)).content.decode())
        assert "consent" not in written(fresh)
        answer = pressed(rosa, of_draft(record), open_page, text="Otro.")
        assert answer.status_code == 400
        page = unescape(answer.content.decode())
        assert "frase B" in page
        assert "Otro." in page
        assert "ha cambiado desde que" in page
        record.refresh_from_db()
        assert (record.version, record.licence) == (1, "CC-BY-SA-4.0")
        assert pressed(rosa, of_draft(record), page, consent="on").status_code == 302
        record.refresh_from_db()
        assert (record.version, record.licence) == (2, "CC0-1.0")


def test_a_tick_holds_from_one_language_of_the_page_to_the_other(clock, rosa):
    call = a_call()
    with clock(BEFORE):
        answer = press(rosa, form_of(call), "switch:fr", **WORDS, consent="on")
        assert press(rosa, answer["Location"]).status_code == 302
    assert Contribution.objects.get().versions.get().consent == "J'accepte la phrase A."


def test_after_the_closing_the_consent_stays_what_it_was(clock, rosa):
    call = a_call()
    with clock(BEFORE):
        record = sent(rosa, call)
        record.judge("return", by=make.moderator(call.group), version=1, reason="Más corto.")
    now_says(call, B)
    with clock(CLOSES + timedelta(days=1)):
        assert press(rosa, of_draft(record), text="Corto.").status_code == 302
    first, second = record.versions.all()
    assert second.text == "Corto."
    assert agreed(second) == agreed(first) == ("CC-BY-SA-4.0", "Acepto la frase A.", "es", BEFORE)
    record.refresh_from_db()
    assert record.licence == "CC-BY-SA-4.0"


def late_draft(call, **typed):
    draft = make.draft(make.person(language="fr"), of=call, **typed)
    Draft.objects.filter(pk=draft.pk).update(late_at=CLOSES, saved_at=CLOSES)
    draft.refresh_from_db()
    return draft


def test_what_staff_admit_keeps_the_authors_consent(clock):
    call = a_call()
    draft = late_draft(call)
    staff = Client(headers={"accept-language": "en"})
    staff.force_login(make.staff())
    address = f"/admin/contributions/draft/{draft.pk}/change/"
    with clock(CLOSES + timedelta(days=2)):
        html = unescape(staff.get(address).content.decode())
        form = filled(html, having={"step": "admit"})
        assert staff.post(address, {**form, "reason": "Panne."}).status_code == 302
    record = Contribution.objects.get()
    assert record.received_at == CLOSES + timedelta(days=2)
    assert agreed(record.versions.get()) == ("CC-BY-SA-4.0", "J'accepte la phrase A.", "fr", CLOSES)
    assert record.consented_at == CLOSES


def test_staff_admit_nothing_under_a_sentence_its_author_never_read(clock):
    call = a_call()
    current = ContributionForm(Call.objects.with_state().get(pk=call.pk))
    draft = late_draft(call, agreed_to=current["agreed_to"].initial)
    now_says(call, B)
    staff = Client(headers={"accept-language": "en"})
    staff.force_login(make.staff())
    address = f"/admin/contributions/draft/{draft.pk}/change/"
    html = unescape(staff.get(address).content.decode())
    assert "What you agree to has changed since you ticked it." in html
    data = {"step": "admit", "version": draft.revision, "reason": "Panne."}
    assert staff.post(address, data).status_code == 400
    assert not Contribution.objects.exists()


def test_moderators_read_what_was_agreed_to(clock, rosa):
    with clock(BEFORE):
        record = sent(rosa, a_call(), "fr")
        now_says(record.call, B)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.staff())
    address = f"/admin/contributions/contribution/{record.pk}/change/"
    html = unescape(client.get(address).content.decode())
    assert '<q lang="fr">J\'accepte la phrase A.</q>' in html
    assert "frase B" not in html
    record.versions.update(consent="", consent_language="", consented_at=None, licence="")
    assert "The sentence is not recorded." in client.get(address).content.decode()
