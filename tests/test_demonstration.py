"""The demonstration: labelled on every page, never part of the real catalogue, made again at will."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from contributions.models import Contribution, Draft, StepTaken
from directory.models import Agreement
from tests.pages import get
from workinggroup.models import Call, WorkingGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True
    call_command("load_catalogue", verbosity=0)
    out = StringIO()
    call_command("load_demonstration", stdout=out)
    return out.getvalue()


def test_it_refuses_where_no_demonstration_is_meant(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("load_demonstration")
    assert not User.objects.exists()


def test_it_shows_an_open_call_contributions_and_outcomes_all_labelled(client, demonstration):
    assert Call.objects.open().get().slug == "demo-call"
    for path, label in (
        ("groups/demo-local-impact/", "Example for demonstration: not a real working group."),
        ("calls/demo-call/", "Example for demonstration: not a real working group."),
        ("contributions/C-DEMES22/", "Example for demonstration: nobody sent this contribution."),
        ("agreements/demo-see-ripess-example/", "Example for demonstration: not a real agreement."),
    ):
        page = get(client, f"/en/{path}")
        assert label in page
        assert "Demonstration: the working group and the agreement marked as examples" in page
    for language, label in (
        ("es", "Demostración: "),
        ("fr", "Démonstration\u00a0: "),
        ("en", "Demonstration: "),
    ):
        assert label in get(client, f"/{language}/")
        assert label in get(client, f"/{language}/nothing/", status=404)
    assert "is open" in get(client, "/en/calls/demo-call/")


def test_its_two_people_can_sign_in_and_the_moderator_reaches_the_administration(client, demonstration):
    password = demonstration.split()[-1]
    assert (
        client.post(
            "/en/account/login/", {"login": "moderator@demo.example", "password": password}
        ).status_code
        == 302
    )
    for path in ("", "contributions/contribution/"):
        assert 'class="demo-banner"' in get(client, f"/admin/{path}")
    assert client.get("/admin/accounts/user/").status_code == 403


def test_its_moderator_finds_every_kind_of_work(client, demonstration):
    client.force_login(User.objects.get(email="moderator@demo.example"))
    front = client.get("/admin/")
    counts = {
        row["url"].removeprefix("/admin/contributions/"): row["count"] for row in front.context["attention"]
    }
    assert (counts["contribution/?state__exact=received"], counts["draft/"]) == (4, 1)
    queue = client.get("/admin/contributions/contribution/").content.decode()
    for reference in ("C-DEMQA22", "C-DEMQB22", "C-DEMQC22", "C-DEMQF22"):
        assert reference in queue
    states = set(Contribution.objects.values_list("state", flat=True))
    assert {"received", "returned", "declined", "published"} <= states
    twice = Contribution.objects.get(reference="C-DEMQB22")
    page = client.get(f"/admin/contributions/contribution/{twice.pk}/change/").content.decode()
    assert 'id="difference"' in page
    assert "<ins>" in page
    own = Contribution.objects.get(reference="C-DEMQF22")
    page = client.get(f"/admin/contributions/contribution/{own.pk}/change/").content.decode()
    assert 'name="step"' not in page
    for record in Contribution.objects.filter(reference__startswith="C-DEMQ"):
        assert record.illustrative
        assert record.version == record.versions.count()
        assert record.steps.first().to_state == record.state
    late = Draft.objects.get(late_at__isnull=False)
    page = client.get(f"/admin/contributions/draft/{late.pk}/change/").content.decode()
    assert 'value="admit"' in page


def test_its_contributor_can_make_the_changes_that_are_asked_for(client, demonstration):
    client.force_login(User.objects.get(email="contributor@demo.example"))
    returned = Contribution.objects.get(reference="C-DEMQD22")
    assert "Make the changes" in get(client, "/en/account/contributions/C-DEMQD22/")
    form = get(client, f"/en/calls/demo-call/contribute/{returned.draft.pk}/")
    assert returned.title in form
    assert "Send the new version" in form


def test_a_second_time_changes_no_number(demonstration):
    kept = (User, WorkingGroup, Call, Contribution, Agreement, Draft, StepTaken)
    before = [model.objects.count() for model in kept]
    call_command("load_demonstration", stdout=StringIO())
    assert [model.objects.count() for model in kept] == before


def test_loading_the_catalogue_again_leaves_it_alone(demonstration):
    call_command("load_catalogue", verbosity=0)
    assert Agreement.objects.get(slug="demo-see-ripess-example").is_published
    assert WorkingGroup.objects.get(slug="demo-local-impact").is_published
