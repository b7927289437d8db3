"""Who sees what in the administration: moderators their groups and nothing of others, volunteers what
is published, and whoever loses the role nothing from the next request on."""

from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contributions.models import Contribution, ContributionTranslation, Draft, Report, StepTaken
from tests import factories as make
from workinggroup.models import Call, Membership, WorkingGroup

pytestmark = pytest.mark.django_db
CANARY = "Kanarienvogel"


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.DEMO = True


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def with_everything(user):
    """Every permission over groups and contributions, but for moderating any group."""
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label__in=("workinggroup", "contributions")
        ).exclude(codename="moderate_any_group")
    )  # fmt: skip
    return user


@pytest.fixture
def records():
    """A group with one of everything, each carrying the canary."""
    group = make.group(title=f"{CANARY} group", publication="draft")
    call = make.call(group=group, title=f"{CANARY} call")
    author = make.person(display_name=f"{CANARY} author")
    sent = make.submitted(author, of=call, title=f"{CANARY} title", text=f"{CANARY} text")
    late = make.draft(make.person(), of=call, title=f"{CANARY} late", text=f"{CANARY} late text")
    Draft.objects.filter(pk=late.pk).update(late_at=timezone.now())
    translation = ContributionTranslation.objects.create(
        contribution=sent, language="fr", title=f"{CANARY} translation", text=CANARY, source_version=1
    )
    public = make.contribution(call=call, title=f"{CANARY} public")
    return {
        "report": Report.objects.create(
            contribution=public, reason="other", text=f"{CANARY} report", language="en", version=1
        ),
        "group": group,
        "call": call,
        "contribution": sent,
        "draft": late,
        "step": StepTaken.objects.get(contribution=sent),
        "translation": translation,
        "meeting": make.meeting(group=group, title=f"{CANARY} meeting"),
        "document": make.document(group=group, title=f"{CANARY} document"),
        "membership": Membership.objects.create(group=group, user=author, role="member"),
        "challenge": make.challenge(group=group, text=f"{CANARY} challenge"),
        "guideline": make.guideline(group=group, text=f"{CANARY} guideline"),
    }


def name_of(record):
    return f"admin:{record._meta.app_label}_{record._meta.model_name}"


def addresses(record):
    yield reverse(f"{name_of(record)}_change", args=[record.pk])
    yield reverse(f"{name_of(record)}_history", args=[record.pk])
    content_type = ContentType.objects.get_for_model(record).pk
    yield f"/admin/r/{content_type}/{record.pk}/"
    if isinstance(record, Call):
        yield reverse("admin:workinggroup_call_now", args=[record.pk])
    if isinstance(record, Contribution):
        yield f"/admin/contributions/contributiontranslation/add/?contribution={record.pk}&language=en"


AUTOCOMPLETED = [
    ("contributions", "citation", "contribution"),
    ("contributions", "challenge", "group"),
    ("contributions", "guideline", "challenges"),
    ("workinggroup", "call", "group"),
    ("workinggroup", "call", "meeting"),
    ("workinggroup", "membership", "group"),
]


def everything_listed(client, records):
    """All the pages that list, offer or count."""
    for record in records.values():
        address = reverse(f"{name_of(record)}_changelist")
        for query in ("", "?q=" + CANARY[:8], "?state__exact=all", f"?call__group__id__exact={records['group'].pk}",
                      f"?group={records['group'].pk}", f"?group__id__exact={records['group'].pk}", "?_facets=True"):  # fmt: skip
            yield client.get(address + query, follow=True)
    for app, model, field in AUTOCOMPLETED:
        query = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
        yield client.get("/admin/autocomplete/", query)
    yield client.get("/admin/")
    yield client.get("/admin/contributions/contributiontranslation/add/")
    yield client.get("/admin/contributions/")


def test_another_groups_moderator_finds_nothing_of_it_anywhere(records):
    own = make.group(title="Own group")
    stranger = signed_in(with_everything(make.moderator(own)))
    moderator = signed_in(with_everything(make.moderator(records["group"])))
    for record in records.values():
        for address in addresses(record):
            assert stranger.get(address).status_code == 404, address
            refused = stranger.post(address, {"step": "publish", "version": 1})
            assert refused.status_code in (403, 404), address
            assert CANARY not in refused.content.decode()
            assert moderator.get(address).status_code in (200, 302, 403, 404), address
        change = reverse(f"{name_of(record)}_change", args=[record.pk])
        assert CANARY in moderator.get(change, follow=True).content.decode(), change
    for response in everything_listed(stranger, records):
        assert response.status_code in (200, 400), response.request["PATH_INFO"]
        assert CANARY not in unescape(response.content.decode()), response.request["PATH_INFO"]
    seen = [
        CANARY in unescape(response.content.decode()) for response in everything_listed(moderator, records)
    ]
    assert sum(seen) > 40


def test_actions_over_the_records_of_another_group_do_nothing(records):
    stranger = signed_in(with_everything(make.moderator(make.group())))
    for record in records.values():
        address = reverse(f"{name_of(record)}_changelist")
        for action in ("settle", "publish", "withdraw", "decline", "return_for_changes", "delete_selected"):
            data = {
                "action": action,
                "_selected_action": [record.pk],
                "confirmed": "1",
                "reason": "x",
                "post": "yes",
            }
            response = stranger.post(address, {**data, f"version-{record.pk}": 1})
            assert CANARY not in response.content.decode()
        assert type(record).objects.filter(pk=record.pk).exists()
    assert Contribution.objects.get(pk=records["contribution"].pk).state == "received"
    assert Report.objects.waiting().count() == 1
    assert not WorkingGroup.objects.get(pk=records["group"].pk).is_published
    assert not ContributionTranslation.objects.get().is_published


def test_a_record_cannot_be_moved_into_a_group_of_others(records):
    own = make.group()
    user = with_everything(make.moderator(own))
    client = signed_in(user)
    meeting = make.meeting(group=own, title="Mine")
    data = {"slug": meeting.slug, "group": records["group"].pk, "title_es": "Mine", "time_zone": "UTC"}
    response = client.post(reverse("admin:workinggroup_meeting_change", args=[meeting.pk]), data)
    assert response.status_code == 200
    meeting.refresh_from_db()
    assert meeting.group == own
    # Nor does anybody make themselves a moderator elsewhere.
    data = {"group": records["group"].pk, "user": user.pk, "role": "moderator"}
    assert client.post(reverse("admin:workinggroup_membership_add"), data).status_code == 200
    assert not Membership.objects.filter(group=records["group"], user=user).exists()


def test_whoever_may_moderate_any_group_sees_all_and_only_they_make_groups(records):
    anywhere = with_everything(make.person(is_staff=True))
    client = signed_in(make.allow(anywhere, "moderate_any_group"))
    for record in records.values():
        change = reverse(f"{name_of(record)}_change", args=[record.pk])
        assert client.get(change, follow=True).status_code == 200
    assert client.get(reverse("admin:workinggroup_workinggroup_add")).status_code == 200
    per_group = signed_in(with_everything(make.moderator(records["group"])))
    assert per_group.get(reverse("admin:workinggroup_workinggroup_add")).status_code == 403


@pytest.mark.parametrize("role", ["member", None])
def test_a_member_of_staff_who_does_not_moderate_the_group_sees_nothing_of_it(records, role):
    user = with_everything(make.person(is_staff=True))
    if role:
        Membership.objects.create(group=records["group"], user=user, role=role)
    client = signed_in(user)
    for response in everything_listed(client, records):
        assert CANARY not in unescape(response.content.decode()), response.request["PATH_INFO"]


def lose_membership(user):
    Membership.objects.filter(user=user).delete()


def lose_staff(user):
    type(user).objects.filter(pk=user.pk).update(is_staff=False)


def lose_permissions(user):
    user.user_permissions.clear()


@pytest.mark.parametrize(
    ("lose", "status"), [(lose_membership, 404), (lose_staff, 404), (lose_permissions, 403)]
)
def test_whoever_loses_the_role_in_the_middle_of_a_session_is_out_at_the_next_request(lose, status):
    record = make.submitted()
    user = make.allow(make.moderator(record.call.group), "view_contribution", "change_contribution")
    client = signed_in(user)
    address = reverse("admin:contributions_contribution_change", args=[record.pk])
    assert client.get(address).status_code == 200
    lose(user)
    assert client.get(address).status_code == status
    assert client.post(address, {"step": "publish", "version": 1}).status_code == status
    data = {"action": "publish", "confirmed": "1", "_selected_action": [record.pk], f"version-{record.pk}": 1}
    client.post("/admin/contributions/contribution/", data)
    record.refresh_from_db()
    assert record.state == "received"


def test_without_the_permission_a_membership_opens_nothing(records):
    client = signed_in(make.moderator(records["group"]))
    for record in records.values():
        assert client.get(reverse(f"{name_of(record)}_changelist")).status_code == 403
        assert client.get(reverse(f"{name_of(record)}_change", args=[record.pk])).status_code in (403, 404)
    assert CANARY not in client.get("/admin/").content.decode()


def test_the_front_page_counts_for_each_person_what_they_see():
    here, there = make.call(), make.call()
    for call, number in ((here, 1), (there, 2)):
        for _time in range(number):
            make.submitted(of=call)
        late = make.draft(make.person(), of=call)
        Draft.objects.filter(pk=late.pk).update(late_at=timezone.now())
    make.organisation(publication="draft")

    def counts(user):
        page = signed_in(user).get("/admin/")
        return {row["url"].split("?")[0].split("/")[-2]: row["count"] for row in page.context["attention"]}

    moderator = make.moderator(there.group)
    permissions = ("view_contribution", "change_contribution", "view_draft")
    assert counts(make.allow(moderator, *permissions)) == {"contribution": 2, "draft": 1}
    boss = make.person(is_staff=True, is_superuser=True)
    assert counts(boss) == {"contribution": 3, "draft": 2, "organisation": 1}
    assert counts(make.person(is_staff=True)) == {}


def test_the_history_of_everything_is_for_those_who_see_every_group():
    user = make.allow(with_everything(make.moderator(make.group())), "view_events")
    address = "/admin/pghistory/events/"
    assert signed_in(user).get(address).status_code == 403
    record = make.organisation(name="Red")
    record.city = "Dakar"
    record.save()
    page = signed_in(make.allow(user, "moderate_any_group")).get(address)
    assert page.status_code == 200
    shown = page.context["cl"].model_admin
    events = list(page.context["cl"].result_list)
    assert "Organisation" in {shown.record(event).split()[0] for event in events}
    assert {shown.who(event) for event in events} == {"—"}
    assert any("city" in shown.changes(event).split(", ") for event in events)


def test_files_of_contributions_and_documents_open_for_their_own_moderators_only(records, settings):
    document = make.document(group=records["group"], publication="draft", files=[("es", "plan.txt", b"plan")])
    address = document.files.get().get_absolute_url()
    assert signed_in(make.moderator(records["group"])).get(address).status_code == 200
    assert signed_in(make.moderator(make.group())).get(address).status_code == 404
    assert signed_in(make.person(is_staff=True, is_superuser=True)).get(address).status_code == 200


# Volunteers.


VOLUNTEER = ("view_contributiontranslation", "add_contributiontranslation", "change_contributiontranslation")


def test_volunteers_who_may_only_translate_see_published_contributions_only(records):
    published = make.contribution(title="Public words")
    done = ContributionTranslation.objects.create(
        contribution=published, language="fr", title="Des mots", text="x", source_version=1
    )
    volunteer = signed_in(make.allow(make.person(is_staff=True), *VOLUNTEER))
    chooser = volunteer.get("/admin/contributions/contributiontranslation/add/").content.decode()
    assert "Public words" in chooser
    listed = volunteer.get("/admin/contributions/contributiontranslation/").content.decode()
    assert "Des mots" in listed
    for page in (chooser, listed):
        assert CANARY not in page
    change = reverse("admin:contributions_contributiontranslation_change", args=[done.pk])
    assert volunteer.get(change).status_code == 200
    hidden = reverse("admin:contributions_contributiontranslation_change", args=[records["translation"].pk])
    assert volunteer.get(hidden).status_code == 404
    for name in ("contribution", "draft", "steptaken"):
        assert volunteer.get(f"/admin/contributions/{name}/").status_code == 403
    add = "/admin/contributions/contributiontranslation/add/"
    data = {"contribution": records["contribution"].pk, "language": "en", "title": "T", "text": "T"}
    assert volunteer.post(add, data).status_code == 404
    data["contribution"] = published.pk
    assert volunteer.post(add, data).status_code == 302
