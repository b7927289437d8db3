"""The way back to the lists, as every page further in shows it."""

import re

import pytest

from tests import factories as make
from tests.pages import get

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


def way(client, address):
    """The words of the breadcrumbs, the first and the last left out."""
    trail = re.search(r'<nav class="breadcrumbs.*?</nav>', get(client, address), re.DOTALL)[0]
    return re.findall(r'<a href="[^"]+">([^<]+)</a>', trail)[1:]


def test_the_way_leads_over_the_list_and_the_record(client):
    make.organisation(slug="ripess", name="Network", acronym="RIPESS")
    make.agreement(slug="pact", title="Pact")
    group = make.group(slug="founding", title="Founding group")
    call = make.call(slug="call", group=group)
    make.meeting(slug="montreal", group=group)
    text = make.contribution(call=call)
    for address, expected in {
        "organisations/ripess/": ["Directory"],
        "organisations/ripess/network/": ["Directory", "RIPESS"],
        "organisations/ripess/correction/": ["Directory", "Network"],
        "agreements/pact/correction/": ["Agreements", "Pact"],
        "missing/organisation/": ["Directory"],
        "missing/event/": ["Events"],
        "calls/call/": ["Working groups", "Founding group"],
        "groups/founding/outcomes/": ["Working groups", "Founding group"],
        "groups/founding/meetings/montreal/": ["Working groups", "Founding group"],
        f"contributions/{text.reference}/": ["Working groups", "Founding group"],
        f"contributions/{text.reference}/report/": ["Contributions", text.reference],
    }.items():
        assert way(client, f"/en/{address}") == expected, address


@pytest.mark.parametrize(
    ("address", "section"),
    [
        ("missing/event/", "Events"),
        ("missing/organisation/", "Directory"),
        ("agreements/pact/correction/", "Agreements"),
    ],
)
def test_a_suggestion_stands_in_the_part_of_the_site_it_is_about(client, address, section):
    make.agreement(slug="pact", title="Pact")
    assert re.findall(r'aria-current="true">(?:<[^>]+>)?([^<]+)<', get(client, f"/en/{address}")) == [section]
