"""Challenges and guidelines: where they come from, and the way from one to the other."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from contributions.models import ChallengeCategory, Citation, Guideline, Step, Ungrounded
from tests import factories as make
from tests.pages import address_of, count_queries, get
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


def a_chain(quote="we learnt to **share** the accounts"):
    """A published contribution, a challenge built on it, and a guideline in draft that answers it."""
    sent = make.contribution(
        title="What we saw", text="In the first year\nwe learnt to **share** the accounts. Then people left.",
        author_name="Rosa Quispe", language="en",
    )  # fmt: skip
    problem = make.challenge(group=sent.call.group, text="Nobody knows", slug="known")
    Citation.objects.create(challenge=problem, contribution=sent, quote=quote)
    answer = make.guideline(
        group=sent.call.group, text="Tell people", slug="tell", challenges={problem}, publication="draft"
    )
    return sent, problem, answer


def test_a_reader_walks_from_guideline_to_challenge_to_quoted_passage_to_contribution_and_back(client):
    sent, _problem, answer = a_chain()
    received = make.contribution(call=sent.call, state="received", title="Not read yet")
    received.challenges.add(_problem)
    answer.publish()
    page = outcomes_page(client, sent.call.group)
    outcomes = f"{address_of(sent.call.group)}outcomes/"
    guideline = page[page.index('id="guideline-tell"') :]
    assert '<a href="#challenge-known">Nobody knows</a>' in guideline
    challenge = page[page.index('id="challenge-known"') : page.index('id="guideline-tell"')]
    assert "we learnt to **share** the accounts" in challenge
    assert f'href="{address_of(sent)}#used-in"' in challenge
    assert "Rosa Quispe" in challenge
    assert '<a href="#guideline-tell">Tell people</a>' in challenge
    assert "Not read yet" not in page
    back = get(client, address_of(sent))
    used = back[back.index('id="used-in"') :]
    assert "Used in" in used
    assert f'href="{outcomes}#challenge-known"' in used
    assert "we learnt to **share** the accounts" in used
    assert f'href="{outcomes}#guideline-tell"' in used
    assert "1 contribution deals with it" in get(client, address_of(sent.call.group))


def test_a_contribution_that_no_challenge_cites_says_so(client):
    page = get(client, address_of(make.contribution()))
    assert "Not yet used" in page
    assert "No challenge of the group cites it yet." in page


@pytest.mark.parametrize(
    ("step", "trace"),
    [("withdraw", "A contribution withdrawn by its author"), ("unpublish", "A contribution that is no longer public")],
)  # fmt: skip
def test_what_was_taken_back_leaves_its_trace_and_nothing_of_its_words(client, step, trace):
    sent, _problem, answer = a_chain()
    answer.publish()
    assert not Guideline.objects.to_review()
    if step == "withdraw":
        sent.withdraw(by=sent.author)
    else:
        sent.judge(Step.UNPUBLISH, by=make.moderator(sent.call.group), version=1, reason="Because.")
    page = outcomes_page(client, sent.call.group)
    assert trace in page
    for words in ("What we saw", "share", "Rosa Quispe", sent.reference):
        assert words not in page
    assert list(Guideline.objects.to_review()) == [answer]
    if step == "withdraw":
        sent.restore(by=sent.author)
        assert trace not in outcomes_page(client, sent.call.group)
        assert not Guideline.objects.to_review()


def test_a_guideline_is_published_only_when_each_of_its_challenges_leads_to_a_contribution():
    sent, problem, answer = a_chain()
    orphan = make.challenge(group=sent.call.group, text="Out of thin air")
    orphan.contributions.add(make.contribution(call=sent.call, state="received"))
    answer.challenges.add(orphan)
    with pytest.raises(Ungrounded) as refused:
        answer.publish()
    assert "Out of thin air" in refused.value.sentence
    assert not Guideline.objects.filter(pk=answer.pk).move("publish")
    answer.challenges.clear()
    with pytest.raises(Ungrounded):
        answer.publish()
    answer.challenges.add(problem)
    problem.withdraw()
    with pytest.raises(Ungrounded):
        answer.publish()
    problem.publish()
    answer.publish()
    assert answer.is_published
    # What editors propose, and says so, needs no contribution.
    make.guideline(group=sent.call.group, basis=Basis.EDITORIAL, publication="draft").publish()


@pytest.mark.parametrize(
    ("quote", "right"),
    [
        ("we learnt to share the accounts", True),
        ("“We learnt to   share the accounts.”", True),
        ("In the first year […] people left", True),
        ("people left […] In the first year", False),
        ("we learnt to spare the accounts", False),
        ("earnt to share", False),
        ("[...]", False),
        ("What we saw", True),
    ],
)
def test_only_words_of_the_contribution_can_be_quoted(quote, right):
    sent, problem, _answer = a_chain()
    citation = Citation.objects.get()
    citation.quote = quote
    if right:
        citation.full_clean()
        return
    with pytest.raises(ValidationError) as refused:
        citation.full_clean()
    assert list(refused.value.message_dict) == ["quote"]


def test_only_what_is_published_can_be_cited_anew(client):
    sent, problem, _answer = a_chain()
    hidden = make.contribution(call=sent.call, state="received", text="Words.")
    with pytest.raises(ValidationError):
        Citation(challenge=problem, contribution=hidden, quote="Words.").full_clean()
    # A citation of what was taken back since can still be saved as it is.
    sent.withdraw(by=sent.author)
    Citation.objects.get().full_clean()


def test_staff_cite_in_the_admin_and_are_told_why_a_guideline_is_not_published(client):
    sent, problem, answer = a_chain()
    client.force_login(make.staff())
    problem.citations.all().delete()
    address = reverse("admin:contributions_guideline_changelist")
    page = client.post(address, {"action": "publish", "_selected_action": [answer.pk]}, follow=True)
    assert "no cita ninguna contribución publicada" in page.content.decode()
    form = reverse("admin:contributions_challenge_change", args=[problem.pk])
    data = {
        "slug": problem.slug, "group": problem.group_id, "category": problem.category_id, "position": 0,
        "text_es": "Nobody knows", "sources": "", "citations-TOTAL_FORMS": 1, "citations-INITIAL_FORMS": 0,
        "citations-0-contribution": sent.pk, "citations-0-position": 0,
    }  # fmt: skip
    refused = client.post(form, {**data, "citations-0-quote": "Never said."})
    assert "Este pasaje no está en la contribución" in refused.content.decode()
    assert not problem.citations.exists()
    assert client.post(form, {**data, "citations-0-quote": "Then people left."}).status_code == 302
    client.post(address, {"action": "publish", "_selected_action": [answer.pk]})
    answer.refresh_from_db()
    assert answer.is_published


def test_a_moderator_cites_contributions_of_their_group_and_no_others(client, settings):
    settings.DEMO = True
    sent, problem, _answer = a_chain()
    make.contribution(title="Of another group")
    boss = make.allow(make.moderator(sent.call.group), "change_challenge", "view_contribution")
    client.force_login(boss)
    page = client.get(reverse("admin:contributions_challenge_change", args=[problem.pk])).content.decode()
    assert 'name="citations-__prefix__-quote"' in page
    assert 'name="citations-0-DELETE"' in page
    where = {"app_label": "contributions", "model_name": "citation", "field_name": "contribution", "term": ""}
    offered = client.get(reverse("admin:autocomplete"), where).json()["results"]
    assert [row["text"] for row in offered] == ["What we saw"]


def test_the_front_page_of_the_admin_lists_what_to_review_and_where_the_chain_is_missing(client):
    sent, problem, answer = a_chain()
    answer.publish()
    sent.withdraw(by=sent.author)
    lonely = make.contribution(call=sent.call, title="Nobody cites me")
    client.force_login(make.staff())
    page = client.get("/admin/").content.decode()
    for model, verb, listed, not_listed in (
        ("guideline", "to_review", "Tell people", None),
        ("challenge", "uncited", "Nobody knows", None),
        ("contribution", "unused", lonely.title, "What we saw"),
    ):
        link = f"{reverse(f'admin:contributions_{model}_changelist')}?trace={verb}"
        assert f'href="{link}' in page
        found = client.get(link).content.decode()
        assert listed in found
        assert not not_listed or not_listed not in found


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


def test_the_outcomes_ask_as_many_queries_for_three_as_for_one(client):
    sent, problem, answer = a_chain()
    answer.publish()
    address = f"{address_of(sent.call.group)}outcomes/"
    with_one = count_queries(client, address)
    for number in range(2):
        more = make.contribution(
            call=sent.call, organisation=make.organisation(), author=make.person(), title=f"More {number}"
        )
        Citation.objects.create(challenge=problem, contribution=more, quote=more.text)
        other = make.challenge(group=sent.call.group, contributions={more})
        answer.challenges.add(other)
    assert count_queries(client, address) == with_one <= 8
