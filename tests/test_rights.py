"""A person takes away everything the hub knows of them."""

import json

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import OutgoingMail
from accounts.rights import export_for
from contributions.models import CoAuthor, Contribution
from ripess_hub import rights
from tests import factories as make
from tests.leaving import somebody, somebody_everywhere
from tests.pages import get
from workinggroup.models import LateAccess

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_pages")]


@pytest.fixture
def canary():
    return somebody_everywhere()


def test_a_person_takes_away_everything_the_hub_knows_of_them(client, canary):
    user, works = canary["user"], canary["works"]
    works["published"].challenges.add(make.challenge(group=works["published"].call.group, slug="known"))
    client.force_login(user)
    assert reverse("download_my_data") in get(client, reverse("my_data"))
    answer = client.get(reverse("download_my_data"))
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "no-store" in answer["Cache-Control"]
    data = json.loads(b"".join(answer.streaming_content))
    sent = {record["state"]: record for record in data["contributions"]["contributions"]}
    assert set(sent) == set(Contribution.State.values)
    for state, record in sent.items():
        assert record["reference"] == works[state].reference
        assert [one["version"] for one in record["versions"]] == [1, 2]
        assert record["steps"][1]["reason"] == "Dear Canary, please shorten it."
        assert record["consent"]["licence"] == "CC-BY-SA-4.0"
        assert record["co_authors"][0]["email"] == "binta@example.org"
        assert record["attachments"][0]["name"].endswith(f"{state}.pdf")
        assert record["attachments"][0]["address"].startswith("http")
    assert sent["published"]["used_in"] == [{"challenge": "known", "quote": ""}]
    drafts = data["contributions"]["drafts"]
    assert {draft["typed"]["title"] for draft in drafts} >= {"canary draft", "late canary"}
    assert any(draft["earlier"] for draft in drafts)
    assert any(draft["came_late"] for draft in drafts)
    assert data["contributions"]["co_authorships"][0]["contribution"] == canary["theirs"].reference
    assert len(data["contributions"]["translations"]) == 2
    assert data["contributions"]["decided_as_moderator"][0]["reason"] == "Out of scope."
    assert data["groups"]["memberships"][0]["role"] == "member"
    assert data["groups"]["follows"]
    assert data["groups"]["late_access"][0]["reason"] == "For Canary."
    assert data["directory"]["represents"][0]["name"] == "Network of the Andes"
    assert [one["text"] for one in data["directory"]["suggestions"]] == ["Canary moved"] * 2
    assert data["account"]["account"]["email"] == "canary@example.org"
    assert len(data["account"]["addresses"]) == 2
    assert data["account"]["mail"]
    text = json.dumps(data)
    assert "Theirs" in text
    assert "bystander" not in text.lower()


def test_an_address_that_nobody_confirmed_opens_nothing_of_its_owner(canary):
    """Anybody may add anybody's address to their account; only the owner can confirm it."""
    stranger = somebody("stranger@example.org", "Stranger")
    EmailAddress.objects.create(user=stranger, email="canary@example.org", verified=False)
    EmailAddress.objects.create(user=stranger, email="binta@example.org", verified=False)
    OutgoingMail.objects.put("binta@example.org", "notice", {}, language="fr")
    data = json.loads("".join(rights.export_for(stranger)))
    assert data["account"]["mail"] == data["groups"]["late_access"] == data["directory"]["suggestions"] == []
    assert data["contributions"]["co_authorships"] == []
    before = OutgoingMail.objects.count(), CoAuthor.objects.count(), LateAccess.objects.count()
    rights.erase(stranger)
    assert (OutgoingMail.objects.count(), CoAuthor.objects.count(), LateAccess.objects.count()) == before


def test_an_account_that_did_nothing_yet_has_its_data_too():
    data = json.loads("".join(rights.export_for(make.person())))
    assert data["contributions"]["contributions"] == []
    assert list(export_for(make.person())["mail"]) == []


@pytest.mark.parametrize("name", ["my_data", "download_my_data", "erase_account"])
def test_strangers_are_led_to_sign_in(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]
    assert "no-store" in answer["Cache-Control"]
