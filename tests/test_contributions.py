"""The page of a contribution, and what other pages show of it."""

from datetime import UTC, datetime

import pytest

from contributions.models import Contribution, Step
from contributions.outline import outlined
from directory.search import search
from tests import factories as make
from tests.pages import address_of, count_queries, get, render

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]

BODY = """Opening words.

# First part

Words.

## A detail

# Second & last <part>

> Quoted.

# Third part
"""


# One contribution.


def test_a_contribution_shows_its_title_author_organisation_and_text(client):
    organisation = make.organisation(name="Red andina", acronym="RA")
    sent = make.contribution(
        title="Lo que aprendimos",
        language="es",
        kind="analysis",
        author_name="Rosa Quispe",
        organisation=organisation,
        summary="En pocas palabras.",
        text="Un **texto** largo.",
        published_at=datetime(2026, 3, 3, tzinfo=UTC),
    )
    page = get(client, address_of(sent))
    assert '<h1 lang="es">Lo que aprendimos</h1>' in page
    assert "Rosa Quispe" in page
    assert "Analysis" in page
    assert "<strong>texto</strong>" in page
    assert "En pocas palabras." in page
    assert f'href="{address_of(organisation)}"' in page
    assert f'href="{address_of(sent.call)}"' in page
    assert '<time datetime="2026-03-03">' in page
    assert sent.reference in page


def test_a_contribution_says_which_language_it_is_in_to_who_reads_another(client):
    sent = make.contribution(language="fr")
    notice = "was written in French; nobody has translated it yet"
    assert notice in get(client, address_of(sent, "en"))
    assert "language-notice" not in get(client, address_of(sent, "fr"))


def test_a_title_carries_its_language_where_it_is_not_the_pages(client):
    sent = make.contribution(language="fr", title="Titre")
    for address in ("contributions/", f"calls/{sent.call.slug}/"):
        english = get(client, f"/en/{address}")
        assert f'href="{address_of(sent)}" lang="fr">Titre</a>' in english
        french = get(client, f"/fr/{address}")
        assert f'href="{address_of(sent, "fr")}">Titre</a>' in french


def test_who_left_is_a_former_participant(client):
    person = make.person(display_name="Amina Diallo", email="amina@example.org")
    sent = make.contribution(author=person)
    page = get(client, address_of(sent))
    assert "Amina Diallo" in page
    assert "amina@example.org" not in page
    person.delete()
    page = get(client, address_of(sent))
    assert "Former participant" in page
    assert "Amina Diallo" not in page


def test_an_author_without_a_name_is_never_shown_by_address(client):
    sent = make.contribution(author=make.person(display_name="", email="hidden@example.org"))
    assert "hidden@example.org" not in get(client, address_of(sent))


def test_an_unpublished_organisation_has_no_link(client):
    organisation = make.organisation(publication="withdrawn", slug="gone", name="Gone body")
    sent = make.contribution(organisation=organisation)
    page = get(client, address_of(sent))
    assert "Gone body" in page
    assert "/organisations/gone/" not in page


def test_the_text_cannot_bring_scripts_or_raw_html(client):
    sent = make.contribution(
        text='<script>alert(1)</script> [x](javascript:alert(1)) <h1 id="content">no</h1>'
    )
    page = client.get(address_of(sent)).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert '<h1 id="content"' not in page


def test_a_long_text_has_a_table_of_contents(client):
    page = client.get(address_of(make.contribution(text=BODY, language="en"))).content.decode()
    assert '<li><a href="#section-1">First part</a></li>' in page
    assert '<h2 id="section-1">First part</h2>' in page
    assert "<h3>A detail</h3>" in page
    assert '<a href="#section-2">Second &amp; last &lt;part&gt;</a>' in page
    assert page.count("<h1") == 1


def test_a_text_with_two_headings_has_none(client):
    page = get(client, address_of(make.contribution(text="# One\n\n# Two")))
    assert "toc-heading" not in page
    assert '<h2 id="section-2">Two</h2>' in page


@pytest.mark.parametrize(("highest", "shown"), [("#", "h2"), ("##", "h2"), ("####", "h2")])
def test_the_highest_heading_of_a_text_stands_right_under_the_title(highest, shown):
    assert f"<{shown} id=" in outlined(f"{highest} Part")[0]


def test_a_contribution_says_how_to_cite_it(client):
    call = make.call(group=make.group(title="Collaboration"))
    sent = make.contribution(
        call=call, author_name="Rosa Quispe", title="T", published_at=datetime(2026, 3, 3, tzinfo=UTC)
    )
    page = get(client, address_of(sent))
    citation = page[page.index('id="cite"') :]
    assert "Rosa Quispe (2026)." in citation
    assert "Contribution to the working group “Collaboration”." in citation
    assert address_of(sent) in citation
    page = get(client, f"/fr/contributions/{sent.reference}/")
    assert f'«\u00a0<span lang="{sent.language}">T</span>\u00a0».' in page[page.index('id="cite"') :]


def test_a_contribution_names_the_challenges_that_use_it(client):
    sent = make.contribution()
    used = make.challenge(group=sent.call.group, text="Being known", contributions={sent})
    hidden = make.challenge(
        group=sent.call.group, text="Not yet public", contributions={sent}, publication="draft"
    )
    page = get(client, address_of(sent))
    assert f"{address_of(sent.call.group)}outcomes/#challenge-{used.slug}" in page
    assert "Not yet public" not in page
    assert hidden.slug not in page


def test_a_contribution_describes_itself_to_machines(client):
    sent = make.contribution(language="fr", title="Titre </script>")
    page = client.get(address_of(sent)).content.decode()
    assert '"@type":"Article"' in page
    assert '"inLanguage":"fr"' in page
    assert '"Titre \\u003c/script\\u003e"' in page


@pytest.mark.parametrize("state", ["declined", "received"])
def test_what_is_not_published_looks_like_what_does_not_exist(client, state):
    shown = make.contribution(title="Shown")
    hidden = make.contribution(call=shown.call, state=state, title="Hidden")
    get(client, address_of(shown))
    get(client, address_of(hidden), 404)
    get(client, "/en/contributions/C-0000000/", 404)
    for address in ("/en/contributions/", address_of(shown.call), address_of(shown.call.group)):
        page = get(client, address)
        assert "Shown" in page
        assert "Hidden" not in page


@pytest.mark.parametrize("state", Contribution.State.values)
@pytest.mark.parametrize("of_call", ["draft", "published", "withdrawn"])
@pytest.mark.parametrize("of_group", ["draft", "published", "withdrawn"])
def test_a_contribution_is_published_only_with_its_call_and_group(state, of_call, of_group):
    call = make.call(publication=of_call, group=make.group(publication=of_group))
    sent = make.contribution(call=call, state=state)
    expected = state == of_call == of_group == "published"
    assert sent.is_published is expected
    assert Contribution.objects.published().filter(pk=sent.pk).exists() is expected


@pytest.mark.parametrize("illustrative", [True, False])
def test_demonstration_is_labelled(client, illustrative):
    sent = make.contribution(illustrative=illustrative)
    for address in (address_of(sent), "/en/contributions/", address_of(sent.call)):
        assert ("demo-label" in get(client, address)) is illustrative


def test_a_contribution_asks_at_most_eight_queries(client):
    sent = make.contribution(organisation=make.organisation(), author=make.person())
    make.challenge(group=sent.call.group, contributions={sent})
    with_one = count_queries(client, address_of(sent))
    for _more in range(2):
        make.challenge(group=sent.call.group, contributions={sent})
    assert count_queries(client, address_of(sent)) == with_one
    assert with_one <= 8


# What other pages show.


def test_an_organisation_shows_what_was_contributed_on_its_behalf():
    organisation = make.organisation()
    source = "{% contributions_of organisation %}"
    assert render(source, organisation=organisation) == ""
    make.contribution(organisation=organisation, title="Ours")
    make.contribution(organisation=organisation, title="Ours too, received", state="received")
    shown = render(source, organisation=organisation)
    assert "Ours" in shown
    assert "received" not in shown


def test_a_call_shows_its_latest_contributions_and_the_way_to_all():
    call = make.call(slug="busy")
    for _each in range(7):
        make.contribution(call=call)
    shown = render("{% contributions_to call %}", call=call)
    assert "7 contributions" in shown
    assert shown.count("<h3>") == 5
    assert 'href="/en/contributions/?call=busy"' in shown


def test_a_group_shows_the_contributions_to_all_its_calls():
    group = make.group()
    first, second = make.call(group=group, slug="a"), make.call(group=group, slug="b")
    for _each in range(3):
        make.contribution(call=first)
        make.contribution(call=second)
    shown = render("{% contributions_to group %}", group=group)
    assert "6 contributions" in shown
    assert 'href="/en/contributions/?call=a&amp;call=b"' in shown


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ({}, "each one is read by a moderator first"),
        ({"opens_at": datetime(2999, 1, 1, tzinfo=UTC)}, "the call has not opened"),
        ({"dates_unknown": True}, "No contribution is published in the hub."),
    ],
)
def test_a_call_without_contributions_says_so_honestly(client, dates, sentence):
    assert sentence in get(client, address_of(make.call(**dates)))


def test_in_french_a_sign_that_the_author_set_apart_begins_no_line(client):
    words = {
        "title": "Deux mutuelles : un récit",
        "summary": "Qui décide ?",
        "text": "Trois mots « clés » ; et **un** !",
    }
    french = make.contribution(language="fr", **words)
    call_page = get(client, address_of(french.call))
    page = get(client, address_of(french, "es"))
    assert "Deux mutuelles\u00a0: un récit</h1>" in page
    assert "Qui décide\u00a0?" in page
    assert "Trois mots «\u00a0clés\u00a0»\u00a0; et <strong>un</strong>\u00a0!" in page
    assert "Deux mutuelles\u00a0: un récit</a>" in call_page
    other = make.contribution(language="es", title="Dos : un relato")
    assert "Dos : un relato</h1>" in get(client, address_of(other))


def test_the_home_page_shows_the_latest_contributions():
    source = "{% latest_contributions 3 %}"
    assert render(source) == ""
    call = make.call()
    for number in range(4):
        make.contribution(call=call, title=f"Number {number}")
    shown = render(source)
    assert "Number 0" not in shown
    assert "Number 3" in shown
    assert "See all 4 contributions" in shown


def test_the_words_of_a_contribution_are_searched_while_it_is_published_and_not_before():
    record = make.contribution(state="received", title="Semillas", text="Intercambio de semillas.")

    def found():
        return [found.pk for found in search(Contribution.objects.all(), "intercambio")[0]]

    assert found() == []
    moderator = make.moderator(record.call.group)
    record.judge(Step.PUBLISH, by=moderator, version=1)
    assert found() == [record.pk]
    record.judge(Step.UNPUBLISH, by=moderator, version=1, reason="A name in it is wrong.")
    assert found() == []
