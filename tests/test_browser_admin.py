"""The moderators' part of the administration in a real browser: axe, policy, keyboard, no JavaScript."""

import os

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contributions.models import (
    Contribution,
    ContributionTranslation,
    Draft,
    ReasonTemplate,
    Report,
    Step,
)
from directory.models import Suggestion
from tests import factories as make
from tests.pages import violations

FORMATS = [(390, "dark"), (1280, "light"), (390, "light"), (1280, "dark")]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.environ.get("HUB_CHROMIUM"), reason="no Chromium: apt-get install chromium"),
]


@pytest.fixture
def site(live_server, settings):
    settings.DEMO = True
    call_command("createcachetable")
    ReasonTemplate.objects.update_or_create(
        key="shorter",
        defaults={"step": "", "label_en": "Make it shorter", "text_fr": "Plus court, s'il vous plaît."},
    )
    return live_server.url


PERMISSIONS = (
    "view_contribution", "change_contribution", "view_contributiontranslation", "add_contributiontranslation",
    "change_contributiontranslation", "view_reasontemplate", "change_reasontemplate", "view_call", "change_call",
    "view_callquestion", "add_callquestion", "change_callquestion", "view_lateaccess", "add_lateaccess",
    "change_lateaccess",
)  # fmt: skip


def moderator(group, **values):
    return make.allow(make.moderator(group, **values), *PERMISSIONS)


def signed_in(browser, site, user, **options):
    client = Client()
    client.force_login(user)
    context = browser.new_context(locale="en", **options)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    return context


def page_of(record):
    return reverse("admin:contributions_contribution_change", args=[record.pk])


@pytest.fixture
def scene(site):
    """A group with contributions in every part of moderation, and its moderator."""
    call = make.call(title="Call of Dakar", time_zone="Africa/Dakar")
    make.call_question(call)
    user, other = (
        moderator(call.group, display_name="Alice Ba"),
        moderator(call.group, display_name="Bob Coro"),
    )
    twice = make.submitted(
        of=call, title="Two versions", text="# One\n\nWe met twice.\n\n> A quotation.\n\n- A list."
    )
    twice.judge(Step.RETURN, by=other, version=1, reason="More of it, please.", edit_until=None)
    make.revised(twice, text="# One\n\nWe met three times.\n\n> A quotation.\n\n- A list.")
    once = make.submitted(of=call, title="One version", links="https://example.org/a")
    public = make.submitted(of=call, title="Public", language="es")
    public.judge(Step.PUBLISH, by=other, version=1)
    ContributionTranslation.objects.create(
        contribution=public, language="fr", title="Public", text="Texte.", source_version=1
    )
    Report.objects.create(contribution=public, reason="rights", text="It is ours.", language="en", version=1)
    late = make.draft(make.person(), of=call, title="Came late")
    Draft.objects.filter(pk=late.pk).update(late_at=timezone.now())
    call.reschedule(opens_at=call.opens_at, closes_at=timezone.now() + timezone.timedelta(days=3), by=other)
    return {
        "call": call,
        "user": user,
        "other": other,
        "twice": twice,
        "once": once,
        "public": public,
        "late": late,
    }


def pages(scene):
    """The pages of the moderators' part: `(name, address)`."""
    return {
        "front page": "/admin/",
        "queue": "/admin/contributions/contribution/",
        "search": "/admin/contributions/contribution/?q=version",
        "reading, two versions": page_of(scene["twice"]),
        "reading, published": page_of(scene["public"]),
        "late drafts": "/admin/contributions/draft/",
        "late draft": reverse("admin:contributions_draft_change", args=[scene["late"].pk]),
        "log": "/admin/contributions/steptaken/",
        "reports": "/admin/contributions/report/",
        "report": f"/fr/contributions/{scene['public'].reference}/report/",
        "report, sent": f"/es/contributions/{scene['public'].reference}/report/?sent",
        "reasons": "/admin/contributions/reasontemplate/",
        "translations": "/admin/contributions/contributiontranslation/",
        "choose": "/admin/contributions/contributiontranslation/add/",
        "translate": f"/admin/contributions/contributiontranslation/add/?contribution={scene['public'].pk}&language=en",
        "calls": "/admin/workinggroup/call/",
        "call": reverse("admin:workinggroup_call_change", args=[scene["call"].pk]),
        "close now": reverse("admin:workinggroup_call_now", args=[scene["call"].pk]),
    }


def opened(page):
    """With everything that can be opened open."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def conflict(page, site, scene):
    """Come to the page that says that somebody was first."""
    record = make.submitted(of=scene["call"], title="Contested")
    page.goto(site + page_of(record))
    opened(page)
    Contribution.objects.get(pk=record.pk).judge(Step.PUBLISH, by=scene["other"], version=1)
    page.fill("#decline_reason", "My own words.")
    page.locator("#step-decline button.default").click()
    page.wait_for_selector(".conflict")


def several(page, site):
    """Come to the page that asks about several at once."""
    page.goto(f"{site}/admin/contributions/contribution/")
    for box in page.locator("#result_list .action-select").all():
        box.check()
    page.select_option("select[name=action]", "decline")
    page.locator("button[name=index]").click()
    page.wait_for_selector(".chosen")


def test_axe_finds_nothing_and_nothing_overflows_in_the_moderators_part(browser, site, scene):
    wrong = []
    for width, scheme in FORMATS:
        context = signed_in(
            browser, site, scene["user"], viewport={"width": width, "height": 900}, color_scheme=scheme,
            reduced_motion="reduce", bypass_csp=True,
        )  # fmt: skip
        page = context.new_page()

        def look(name):
            where = f"{name} {width} {scheme}"  # noqa: B023
            wrong.extend(f"{where}: {found}" for found in violations(page))  # noqa: B023
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):  # noqa: B023
                wrong.append(f"{where}: wider than the window")

        for name, address in pages(scene).items():
            page.goto(site + address)
            opened(page)
            look(name)
        conflict(page, site, scene)
        look("conflict")
        several(page, site)
        look("several at once")
        context.close()
    assert wrong == [], "\n".join(wrong)


def test_the_policy_lets_everything_of_the_moderators_part_through(browser, site, scene):
    context = signed_in(browser, site, scene["user"], viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints, foreign = [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda one: foreign.append(one.url) if not one.url.startswith((site, "data:")) else None
    )
    for address in pages(scene).values():
        page.goto(site + address, wait_until="networkidle")
    several(page, site)
    # Browsers ask for the icon of the site, and report the answer 409 of the conflict page.
    assert [text for text in complaints if "404" not in text] == []
    conflict(page, site, scene)
    assert [text for text in complaints if "404" not in text and "409" not in text] == []
    assert foreign == []
    context.close()


def press_until(page, found, most=80):
    """Press Tab until the element that has the focus is the one that is looked for."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"(() => {{ const e = document.activeElement; return Boolean({found}); }})()"):
            return
    raise AssertionError(f"Tab does not reach {found}")


def test_the_keyboard_alone_reads_returns_and_goes_on_to_the_next(browser, site, scene):
    context = signed_in(browser, site, scene["user"], viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/admin/contributions/contribution/")
    press_until(page, "e.textContent.includes('One version')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{page_of(scene['once'])}**")
    press_until(page, "e.matches('#step-return summary')")
    page.keyboard.press("Enter")
    press_until(page, "e.id === 'return_template'")
    page.keyboard.type("Make")
    press_until(page, "e.matches('#step-return [data-insert]')")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "return_reason"
    assert page.input_value("#return_reason") == "Plus court, s'il vous plaît."
    page.keyboard.press("Control+End")
    page.keyboard.type(" Merci.")
    press_until(page, "e.matches('#step-return button.default')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")
    record = Contribution.objects.get(pk=scene["once"].pk)
    assert record.state == "returned"
    assert record.steps.first().reason == "Plus court, s'il vous plaît. Merci."
    press_until(page, "e.textContent.includes('Two versions') && e.closest('.moderation__ways')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{page_of(scene['twice'])}**")
    context.close()


def test_the_tabs_of_the_languages_open_by_mouse_and_by_keyboard(browser, site, scene):
    context = signed_in(browser, site, scene["user"], viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(site + reverse("admin:workinggroup_call_change", args=[scene["call"].pk]))
    french, spanish = page.locator("#id_title_fr"), page.locator("#id_title_es")
    # The switch of all tabs names the language that is open.
    assert page.locator("#id_title_en").is_visible()
    switch = page.locator("#modeltranslation-main-switch")
    assert switch.evaluate("box => box.selectedOptions[0].text.toLowerCase()") == "en"
    page.locator("li[aria-controls=tab_id_title_es]").click()
    assert spanish.is_visible()
    assert not french.is_visible()
    page.locator("li[aria-controls=tab_id_title_es]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    french.wait_for(state="visible")
    assert not spanish.is_visible()
    context.close()


def test_the_conflict_takes_the_focus_and_keeps_the_words(browser, site, scene):
    context = signed_in(browser, site, scene["user"])
    page = context.new_page()
    conflict(page, site, scene)
    assert "conflict" in page.evaluate("document.activeElement.className")
    assert "Bob Coro" in page.inner_text(".conflict")
    assert "My own words." in page.inner_text(".kept")
    context.close()


def test_everything_works_without_javascript(browser, site, scene):
    context = signed_in(browser, site, scene["user"], java_script_enabled=False)
    page = context.new_page()
    page.goto(site + page_of(scene["twice"]))
    assert page.locator("#difference ins").count()
    page.locator("#step-decline summary").click()
    page.fill("#decline_reason", "Chère Awa,")
    page.select_option("#decline_template", "shorter")
    page.locator("#step-decline [data-insert]").click()
    assert page.input_value("#decline_reason") == "Chère Awa,\n\nPlus court, s'il vous plaît."
    page.locator("#step-decline button.default").click()
    assert "declined" in page.inner_text(".messagelist")
    assert Contribution.objects.get(pk=scene["twice"].pk).state == "declined"
    page.goto(f"{site}/admin/contributions/draft/")
    page.locator("#result_list tbody").get_by_text("Came late").click()
    page.locator("#step-admit summary").click()
    page.fill("#admit_reason", "La panne.")
    page.locator("#step-admit button.default").click()
    assert Contribution.objects.get(title="Came late").late
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_lists_are_read_without_scrolling_sideways(browser, site, scene, width):
    Suggestion.objects.create(
        kind="organisation", language="en", text="The seat moved, and its telephone belongs to a bakery. " * 3
    )
    make.organisation(name="Confederation of savings and credit co-operatives of the southern regions")
    make.allow(scene["user"], "view_suggestion", "change_suggestion", "view_organisation")
    context = signed_in(browser, site, scene["user"], viewport={"width": width, "height": 900})
    page = context.new_page()
    for model in ("contributions_contribution", "directory_suggestion", "directory_organisation"):
        page.goto(site + reverse(f"admin:{model}_changelist"))
        assert page.locator("#result_list tbody tr").count() > 0
        assert page.evaluate(
            "[...document.querySelectorAll('.results, html')].every(box => box.scrollWidth <= box.clientWidth)"
        ), model
    # Far from the heads of the columns, each cell says what it is.
    assert page.locator("#result_list td.field-scope").first.get_attribute("data-label").lower() == "scope"
    context.close()
