"""Two records of one organisation become one, with everything that names them."""

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, connection, transaction

from directory.merging import NotOne, mentions, merge
from directory.models import Organisation, Representative
from tests import factories as make
from tests.pages import get
from tests.test_accounts import verified, with_factor

pytestmark = pytest.mark.django_db
LIST = "/admin/directory/organisation/"


@pytest.fixture
def twice():
    """One organisation under two keys: the second, with all that can name an organisation."""
    one = make.organisation(slug="redlases", name="Red Latinoamericana", acronym="RELAES")
    other = make.organisation(
        slug="relaes-2", name="Réseau latino-américain", acronym="RELAES", aliases=["Rede Lases"]
    )
    third = make.organisation(slug="ripess", name="RIPESS")
    agreement = make.agreement(slug="acuerdo", title="Acuerdo de Quito", parties=[other, third])
    make.relation(other, third)
    make.relation(other, one)
    make.event(slug="foro", title="Foro", organisers={other})
    group = make.group(slug="grupo", coordinator=other)
    contribution = make.contribution(call=make.call(group=group), organisation=other)
    for organisation, email in ((one, "a@example.org"), (other, "b@example.org")):
        Representative.objects.create(organisation=organisation, user=make.person(email=email))
    return {"one": one, "other": other, "agreement": agreement, "contribution": contribution, "group": group}


def test_all_that_named_the_one_names_the_other(twice, client):
    one, other = twice["one"], twice["other"]
    merge(other, one)
    assert mentions(other) == 0
    one.refresh_from_db()
    assert {party.organisation.slug for party in twice["agreement"].parties.all()} == {"redlases", "ripess"}
    # What the two said of each other is not said of itself.
    assert [(row.source.slug, row.target.slug) for row in one.relations.all()] == [("redlases", "ripess")]
    assert one.inverse_relations.count() == 0
    assert one.representatives.count() == 2
    twice["contribution"].refresh_from_db()
    twice["group"].refresh_from_db()
    assert twice["contribution"].organisation == twice["group"].coordinator == one
    assert set(one.aliases) == {"Réseau latino-américain", "Rede Lases"}
    page = get(client, "/es/organisations/redlases/")
    for words in ("Acuerdo de Quito", "Foro", "RIPESS"):
        assert words in page


def test_the_old_address_leads_to_the_one_that_stays_in_every_language_and_format(twice, client):
    merge(twice["other"], twice["one"])
    for language in ("es", "fr", "en"):
        answer = client.get(f"/{language}/organisations/relaes-2/")
        assert (answer.status_code, answer["Location"]) == (301, f"/{language}/organisations/redlases/")
    answer = client.get("/es/organisations/relaes-2/network/")
    assert (answer.status_code, answer["Location"]) == (301, "/es/organisations/redlases/network/")
    answer = client.get("/api/v1/organisations/relaes-2/?format=csv")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/organisations/redlases/?format=csv")
    answer = client.get("/es/organisations/relaes-2/?format=jsonld", follow=True)
    assert answer.status_code == 200
    assert b"redlases" in b"".join(answer.streaming_content)
    answer = client.get("/id/organisations/relaes-2", headers={"accept": "text/turtle"})
    assert answer.status_code == 303
    assert "/organisations/redlases/" in answer["Location"]
    keys = [row["key"] for row in client.get("/api/v1/organisations/").json()["results"]]
    assert sorted(keys) == ["redlases", "ripess"]
    assert client.get("/api/v1/organisations/?q=Réseau latino").json()["results"][0]["key"] == "redlases"
    # Nothing leads to what is not public.
    Organisation.objects.filter(slug="redlases").move("withdraw")
    assert client.get("/es/organisations/relaes-2/").status_code == 404
    assert client.get("/es/organisations/relaes-2/network/").status_code == 404
    assert client.get("/api/v1/organisations/relaes-2/").status_code == 404


def test_merged_again_the_first_address_leads_to_the_last(twice, client):
    last = make.organisation(slug="ultima", name="Última")
    merge(twice["other"], twice["one"])
    merge(twice["one"], last)
    assert client.get("/es/organisations/relaes-2/")["Location"] == "/es/organisations/ultima/"
    assert client.get("/es/organisations/redlases/")["Location"] == "/es/organisations/ultima/"


def test_what_cannot_be_one_stays_two_and_nothing_is_changed(twice):
    one, other, third = twice["one"], twice["other"], Organisation.objects.get(slug="ripess")
    with pytest.raises(NotOne, match="Acuerdo de Quito"):
        merge(other, third)
    with pytest.raises(NotOne):
        merge(one, one)
    assert Organisation.objects.published().count() == 3
    assert twice["agreement"].parties.count() == 2
    merge(other, one)
    with pytest.raises(NotOne, match="Réseau latino"):
        merge(other, third)


def test_what_the_database_refuses_for_another_reason_ends_the_merge_and_removes_nothing(twice):
    one, other, group = twice["one"], twice["other"], twice["group"]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"ALTER TABLE workinggroup_workinggroup ADD CONSTRAINT unforeseen CHECK (coordinator_id <> {one.pk})"
        )
    with pytest.raises(IntegrityError, match="unforeseen"), transaction.atomic():
        merge(other, one)
    group.refresh_from_db()
    other.refresh_from_db()
    assert group.coordinator == other
    assert other.is_published
    assert twice["agreement"].parties.filter(organisation=other).exists()


def test_staff_merge_in_the_admin_after_choosing_which_one_stays(twice, client):
    client.force_login(with_factor(verified(is_staff=True, is_superuser=True)))
    one, other = twice["one"], twice["other"]
    asked = {"action": "merge", ACTION_CHECKBOX_NAME: [one.pk, other.pk]}
    page = client.post(LIST, asked)
    assert page.status_code == 200
    assert Organisation.objects.published().count() == 3
    refused = client.post(LIST, {**asked, "confirmed": "1"})
    assert refused.status_code == 400
    third = Organisation.objects.get(slug="ripess")
    three = {**asked, ACTION_CHECKBOX_NAME: [one.pk, other.pk, third.pk], "confirmed": "1", "into": third.pk}
    refused = client.post(LIST, three)
    assert refused.status_code == 400
    assert "Acuerdo de Quito" in refused.content.decode()
    assert Organisation.objects.published().count() == 3
    client.post(LIST, {**asked, "confirmed": "1", "into": one.pk})
    other.refresh_from_db()
    assert (other.publication, other.merged_into) == ("withdrawn", one)


@pytest.mark.parametrize("chosen", [1, 11])
def test_one_record_alone_or_very_many_are_not_merged(client, chosen):
    client.force_login(with_factor(verified(is_staff=True, is_superuser=True)))
    records = [make.organisation(slug=f"o{n}", name=f"O {n}") for n in range(chosen)]
    answer = client.post(LIST, {"action": "merge", ACTION_CHECKBOX_NAME: [one.pk for one in records]})
    assert answer.status_code == 302
    assert Organisation.objects.published().count() == chosen


def test_who_may_not_delete_does_not_merge(twice, client):
    user = with_factor(make.allow(verified(is_staff=True), "view_organisation", "change_organisation"))
    client.force_login(user)
    asked = {
        "action": "merge", "confirmed": "1", "into": twice["one"].pk,
        ACTION_CHECKBOX_NAME: [twice["one"].pk, twice["other"].pk],
    }  # fmt: skip
    client.post(LIST, asked)
    assert Organisation.objects.published().count() == 3
