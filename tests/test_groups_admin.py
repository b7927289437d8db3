"""The admin of working groups and contributions."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from contributions.models import Contribution
from tests import factories as make
from workinggroup.models import WorkingGroup

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def staff(client, settings):
    """Staff of the demonstration, where no second factor is asked for."""
    settings.DEMO = True
    client.force_login(make.person(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize(
    "maker",
    [make.group, make.meeting, make.document, make.call, make.contribution, make.challenge, make.guideline],
)
def test_staff_find_open_and_trace_every_record(staff, maker):
    record = maker()
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}"
    assert staff.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200
    made_here = not isinstance(record, Contribution)
    assert staff.get(reverse(f"{name}_add")).status_code == (200 if made_here else 403)
    for page in ("change", "history"):
        assert staff.get(reverse(f"{name}_{page}", args=[record.pk])).status_code == 200


def test_a_group_links_to_its_meetings_calls_and_documents(staff):
    group = make.group()
    records = [make.meeting(group=group), make.call(group=group), make.document(group=group)]
    page = staff.get(reverse("admin:workinggroup_workinggroup_change", args=[group.pk])).content.decode()
    for record in records:
        assert reverse(f"admin:workinggroup_{record._meta.model_name}_change", args=[record.pk]) in page


def test_publication_moves_by_steps_and_not_by_typing(staff):
    group = make.group(publication="draft")
    staff.post(
        reverse("admin:workinggroup_workinggroup_changelist"),
        {"action": "publish", "_selected_action": [group.pk]},
    )
    assert WorkingGroup.objects.get(pk=group.pk).is_published


def test_calls_are_listed_by_the_state_their_instants_give(staff, clock):
    make.call(title="Past call", opens_at=datetime(2026, 1, 1, tzinfo=UTC), closes_at=NOON)
    make.call(title="Present call", opens_at=datetime(2026, 1, 1, tzinfo=UTC))
    with clock(NOON):
        page = staff.get(reverse("admin:workinggroup_call_changelist"), {"state": "open"}).content.decode()
    assert "Present call" in page
    assert "Past call" not in page
