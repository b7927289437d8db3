"""Challenges and guidelines: where they come from, and the way from one to the other."""

import pytest

from contributions.models import ChallengeCategory
from tests import factories as make
from tests.pages import address_of, get
from workinggroup.models import Basis

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


def outcomes_page(client, group):
    return get(client, f"{address_of(group)}outcomes/")


def test_outcomes_are_grouped_by_where_they_come_from(client):
    group = make.group()
    make.challenge(group=group, text="From the text", basis=Basis.FOUNDING_TEXT)
    make.challenge(group=group, text="From the editors", basis=Basis.EDITORIAL)
    make.guideline(group=group, text="Guideline of the editors", basis=Basis.EDITORIAL)
    page = outcomes_page(client, group)
    named = page.index("Challenges named in the founding text")
    none_yet = page.index("The group has not published guidelines yet.")
    proposed = page.index("starting points proposed by the editors of this catalogue")
    assert named < page.index("From the text") < none_yet < proposed
    assert proposed < page.index("From the editors") < page.index("Guideline of the editors")
    assert "They do not come from the working group" in page


def test_outcomes_of_the_group_itself_are_not_called_proposals(client):
    group = make.group()
    make.challenge(group=group, text="Drawn by the group")
    make.guideline(group=group, text="Adopted by the group")
    page = outcomes_page(client, group)
    assert "Challenges the group drew from the contributions" in page
    assert "Adopted by the group" in page
    assert "proposed by the editors" not in page


def test_outcomes_are_grouped_by_category_in_its_order(client):
    group = make.group()
    last = make.term(ChallengeCategory, "languages", position=2)
    first = make.term(ChallengeCategory, "balance", position=1)
    make.challenge(group=group, category=last, text="About languages")
    make.challenge(group=group, category=first, text="About balance")
    make.challenge(group=group, category=last, text="More about languages")
    page = outcomes_page(client, group)
    assert page.count("<h3>Languages</h3>") == 1
    assert page.index("About balance") < page.index("About languages") < page.index("More about languages")


def test_a_reader_walks_from_guideline_to_challenge_to_contribution(client):
    sent = make.contribution(title="What we saw")
    group = sent.call.group
    received = make.contribution(call=sent.call, state="received", title="Not read yet")
    problem = make.challenge(group=group, text="Nobody knows", contributions={sent, received})
    make.guideline(group=group, text="Tell people", challenges={problem})
    page = outcomes_page(client, group)
    assert f'href="#challenge-{problem.slug}"' in page
    assert f'id="challenge-{problem.slug}"' in page
    assert f'href="{address_of(sent)}"' in page
    assert "Not read yet" not in page
    assert "1 contribution deals with it" in get(client, address_of(group))


def test_a_group_without_outcomes_says_so(client):
    page = outcomes_page(client, make.group())
    assert "The group has not published challenges yet." in page
    assert "The group has not published guidelines yet." in page


def test_editorial_proposals_do_not_pass_for_challenges_of_the_group_on_its_page(client):
    group = make.group()
    make.challenge(group=group, text="From the editors", basis=Basis.EDITORIAL)
    page = get(client, address_of(group))
    assert "From the editors" not in page
    assert f'href="{address_of(group)}outcomes/"' in page
