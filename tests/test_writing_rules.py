"""What must hold of a contribution before it is sent, and what of it is kept and shown."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMail
from contributions import mail
from contributions.form_parts import clean_co_author
from contributions.models import Contribution, Draft, Step
from tests import factories as make
from tests.writing import a_call, form_address, post, shown, signed_in
from workinggroup.models import CallQuestion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


@pytest.fixture(autouse=True)
def _tables():
    call_command("createcachetable")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 301),
        ("title", "Título \u202e odal"),
        ("kind", "poem"),
        ("language", "de"),
        ("summary", "x" * 601),
        ("text", ""),
        ("author_name", ""),
        ("organisation", "Nadie que exista"),
        ("links", "javascript:alert(1)"),
        ("links", "https://example.org\nnot an address"),
        ("links", "\n".join(f"https://example.org/{n}" for n in range(21))),
        ("agreements", "Un convenio que no existe"),
        ("regions", "nowhere"),
        ("sectors", "nothing"),
        ("co_authors", "Solo un nombre"),
        ("co_authors", "Nombre, no-es@"),
        ("consent", None),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_sent(field, value):
    client, _person = signed_in()
    page = shown(post(client, a_call(closes_at=None), "submit", status=400, **{field: value}))
    assert f'href="#{field}"' in page
    assert f'id="{field}"' in page
    assert not Contribution.objects.exists()
    assert Draft.objects.get()


def test_no_browser_cuts_what_is_pasted_and_what_is_too_long_is_said_with_its_length():
    client, _person = signed_in()
    call = a_call(closes_at=None)
    call.questions.create(text="¿Dónde?")
    assert "maxlength" not in shown(client.get(form_address(call)))
    long = {"title": "T" * 301, "summary": "s" * 700}
    page = shown(post(client, call, "submit", status=400, **long))
    assert "«Título» tiene 301 caracteres; el máximo es 300." in page
    assert "«Resumen» tiene 700 caracteres; el máximo es 600." in page
    assert long["title"] in page
    assert Draft.objects.get().data["summary"] == long["summary"]
    post(client, call, "submit", status=302, title="T" * 300)


def test_a_line_of_spaces_costs_no_more_than_one_of_words():
    begun = time.thread_time()
    with pytest.raises(ValidationError):
        clean_co_author(f"Nombre{' ' * 40_000}sin dirección")
    assert time.thread_time() - begun < 1
    assert clean_co_author(f"Nombre{' ' * 40_000}a@example.org") == ("Nombre", "a@example.org")


def test_characters_that_no_text_can_hold_are_named_and_nothing_is_sent():
    client, _person = signed_in()
    call = a_call(closes_at=None)
    page = shown(
        post(
            client,
            call,
            "submit",
            status=400,
            title="Tres\x00 años",
            text="Un\ud800 texto".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        )
    )
    assert 'href="#title"' in page
    assert Draft.objects.get().data["title"] == "Tres años"
    assert not Contribution.objects.exists()


def test_a_text_pasted_from_a_word_processor_survives():
    pasted = "“Ferias” — tres años…\x0bSegunda línea\r\n\r\n•\tUn punto\u00a0con espacio duro\u00ad"
    client, _person = signed_in()
    post(client, a_call(closes_at=None), "submit", status=302, text=pasted)
    kept = "“Ferias” — tres años…\nSegunda línea\n\n•\tUn punto\u00a0con espacio duro\u00ad"
    assert Contribution.objects.get().text == kept


def test_the_deadline_is_also_told_in_the_readers_own_zone():
    """Scenario 7, without JavaScript."""
    call = a_call(
        opens_at=timezone.now() - timedelta(days=1),
        closes_at=datetime(2027, 3, 28, 3, 59, tzinfo=UTC),
        time_zone="America/La_Paz",
    )
    client, _person = signed_in(time_zone="Europe/Paris")
    for address in (form_address(call), f"/es/calls/{call.slug}/"):
        page = shown(client.get(address))
        assert "27 de marzo de 2027 a las 23:59" in page
        assert "America/La_Paz (UTC−4)" in page
        # Summer time has begun in Paris that very night.
        assert "28 de marzo de 2027, 05:59" in page
        assert "28 mar 2027, 03:59 UTC" in page


def test_the_last_place_on_earth_is_named():
    call = a_call(time_zone="Etc/GMT+12")
    page = shown(Client().get(f"/en/calls/{call.slug}/"))
    assert "time of anywhere on Earth (UTC−12)" in page


def test_nobody_publishes_by_posting_more_than_was_asked():
    client, person = signed_in()
    other = make.person()
    post(
        client,
        a_call(closes_at=None),
        "submit",
        status=302,
        state="published",
        author=str(other.pk),
        published_at="2026-01-01",
        version="9",
        illustrative="on",
    )
    record = Contribution.objects.get()
    assert (record.state, record.author, record.version, record.illustrative) == (
        "received",
        person,
        1,
        False,
    )


def test_the_rules_of_the_call_hold():
    call = a_call(closes_at=None, min_words=3, max_words=5, kinds=["proposal"], languages=["fr"])
    client, _person = signed_in()
    good = {"kind": "proposal", "language": "fr", "text": "Un deux trois."}
    for field, value in (
        ("kind", "analysis"),
        ("language", "es"),
        ("text", "Un deux."),
        ("text", "1 2 3 4 5 6"),
    ):
        post(client, call, "submit", status=400, **{**good, field: value})
    page = shown(post(client, call, "submit", page="en", status=400, **{**good, "text": "One two."}))
    assert "The text has 2 words; the minimum is 3." in page
    post(client, call, "submit", status=302, **good)


def test_the_calls_own_questions_are_asked_and_the_answers_kept():
    call = a_call(closes_at=None)
    needed = CallQuestion.objects.create(
        call=call, text="¿Dónde?", text_es="¿Dónde?", text_en="Where?", required=True
    )
    short = CallQuestion.objects.create(call=call, text="¿Cuándo?", text_es="¿Cuándo?", max_words=2)
    client, _person = signed_in()
    page = shown(post(client, call, "submit", status=400, **{f"answer-{short.pk}": "una dos tres"}))
    assert f'href="#answer-{needed.pk}"' in page
    assert f'href="#answer-{short.pk}"' in page
    post(
        client,
        call,
        "submit",
        status=302,
        **{f"answer-{needed.pk}": "En Quito.", f"answer-{short.pk}": "Ayer."},
    )
    record = Contribution.objects.get()
    assert record.answers == {str(needed.pk): "En Quito.", str(short.pk): "Ayer."}
    record.judge(Step.PUBLISH, by=make.moderator(call.group), version=1)
    public = shown(Client().get(f"/en/contributions/{record.reference}/"))
    assert "Where?" in public
    assert "En Quito." in public


def test_nobody_has_letters_sent_to_co_authors_without_an_end(monkeypatch):
    monkeypatch.setattr(mail, "MOST_ASKED", 3)
    call = a_call(closes_at=None)
    client, _person = signed_in()
    post(client, call, "submit", status=302, co_authors="A, a@example.org\nB, b@example.org")
    more = {"title": "Otra", "co_authors": "C, c@example.org\nD, d@example.org"}
    page = post(client, call, "submit", status=400, **more).content.decode()
    assert "3 cartas" in page
    assert "d@example.org" in page
    assert Contribution.objects.count() == 1
    post(client, call, "submit", status=302, title="Otra", co_authors="C, c@example.org")
    assert OutgoingMail.objects.filter(to__in=["c@example.org"]).count() == 1
    # Another author's letters are another's, and those of yesterday are over.
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    post(client, call, "submit", status=302, **{**more, "title": "Tercera"})


def test_what_it_speaks_of_and_who_signs_is_kept_and_shown():
    call = a_call(closes_at=None)
    region = make.region("m49-002", label="África")
    sector = make.term(make.directory.Sector, "fair_trade", label="Comercio justo")
    agreement = make.agreement(title="Acuerdo de Quito", slug="acuerdo-quito")
    client, _person = signed_in()
    post(
        client, call, "submit", status=302, regions="m49-002", sectors="fair_trade",
        agreements="https://hub.example.org/es/agreements/acuerdo-quito/", links="example.org/feria",
        co_authors="Amina Diallo, Amina@Example.org\nBob <bob@example.org>",
    )  # fmt: skip
    record = Contribution.objects.get()
    assert list(record.regions.all()) == [region]
    assert list(record.sectors.all()) == [sector]
    assert list(record.agreements.all()) == [agreement]
    assert record.links == ["https://example.org/feria"]
    assert {(p.name, p.email, p.state) for p in record.co_authors.all()} == {
        ("Amina Diallo", "amina@example.org", "asked"),
        ("Bob", "bob@example.org", "asked"),
    }
    assert OutgoingMail.objects.filter(to__in=["amina@example.org", "bob@example.org"]).count() == 2
    record.judge(Step.PUBLISH, by=make.moderator(call.group), version=1)
    address = f"/es/contributions/{record.reference}/"
    page = shown(Client().get(address))
    for words in ("Acuerdo de Quito", "Comercio justo", "África", "example.org/feria", "Lucía Andrango"):
        assert words in page
    assert "Amina" not in page
    amina = record.co_authors.get(name="Amina Diallo")
    asked = f"/es/account/contributions/co-author/{amina.token}/"
    assert "Tres años de ferias" in shown(Client().get(asked))
    Client().post(asked, {"answer": "confirm"})
    assert "Amina Diallo" in shown(Client().get(address))
    Client().post(asked, {"answer": "decline"})
    assert "Amina" not in shown(Client().get(address))
    assert "amina@example.org" not in page


def test_a_name_that_two_bodies_share_is_asked_about():
    for slug in ("una", "otra"):
        make.organisation(slug=slug, name=f"Casa {slug}", acronym="CASA")
    client, _person = signed_in()
    page = shown(post(client, a_call(closes_at=None), "submit", status=400, organisation="casa"))
    assert "Casa una" in page
    assert "Casa otra" in page
    post(client, make.call(slug="feria-2"), "submit", status=302, organisation="Casa una")
