"""Names as people have them: very long, without a space, in other scripts. Pages stay whole."""

import pytest
from django.core.cache import caches
from django.core.management import call_command

from tests import factories as make
from tests.pages import violations
from tests.test_browser import CHROMIUM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium"),
]

ARABIC = "الشبكة العربية للاقتصاد الاجتماعي والتضامني (2016)"
UNBROKEN = "Genossenschaftsrechtsvereinheitlichungskommission" * 6  # 294 characters without a space
LONG = ("Red de redes de la economía social y solidaria de los pueblos " * 5)[:300].strip()


@pytest.fixture
def pages(live_server):
    """Addresses of pages that show such names in lists, tables, facets, panels and titles."""
    call_command("createcachetable")
    caches["pages"].clear()
    region = make.region("m49-002", label="África")
    arabic = make.organisation(
        slug="arabic", name=ARABIC, acronym="الشبكة", city="الدار البيضاء", regions={region}
    )
    unbroken = make.organisation(slug="unbroken", name=UNBROKEN, regions={region})
    long = make.organisation(slug="long", name=LONG, acronym="A" * 60)
    make.relation(arabic, unbroken)
    make.relation(long, arabic)
    make.agreement(slug="of-long-names", title=LONG, parties=[arabic, unbroken, long])
    make.agreement(slug="unbroken", title=UNBROKEN, parties=[arabic, ARABIC, UNBROKEN])
    make.event(slug="event", title=UNBROKEN, city=ARABIC, organisers={arabic, unbroken})
    group = make.group(slug="group", title=UNBROKEN, coordinator=unbroken)
    call = make.call(slug="call", title=UNBROKEN, group=group)
    made = make.contribution(
        call=call, title=UNBROKEN, text=f"# {UNBROKEN}\n\n{ARABIC}\n\n{UNBROKEN}", author_name=ARABIC,
        organisation=unbroken,
    )  # fmt: skip
    make.attachment(made, name=UNBROKEN[:200] + ".pdf")
    paths = [
        "", "search/?q=red", "organisations/", "organisations/arabic/", "organisations/unbroken/",
        "organisations/long/", "agreements/", "agreements/of-long-names/", "agreements/unbroken/", "events/",
        "events/event/", "groups/", "groups/group/", "calls/call/", "calls/call/contribute/", "contributions/",
        f"contributions/{made.reference}/", "regions/m49-002/", f"search/?q={UNBROKEN[:49]}",
    ]  # fmt: skip
    return [f"{live_server.url}/es/{path}" for path in paths]


@pytest.mark.parametrize("width", [320, 1280])
def test_very_long_names_and_other_scripts_make_no_page_wider_and_break_no_rule(browser, pages, width):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    wrong = []
    for address in pages:
        answer = page.goto(address)
        assert answer.status == 200, address
        wrong += [f"{address}: {found}" for found in violations(page)]
        wider = page.evaluate(
            "document.documentElement.scrollWidth > innerWidth && [...document.querySelectorAll('main *')]"
            ".filter(e => e.getBoundingClientRect().right > innerWidth).slice(0, 3).map(e => e.outerHTML.slice(0, 90))"
        )
        if wider:
            wrong.append(f"{address}: wider than the window: {wider}")
    context.close()
    assert wrong == [], "\n".join(wrong)


def test_a_name_in_another_script_keeps_its_order(browser, pages):
    """Its brackets and figures belong to it, not to the sentence around."""
    page = browser.new_context().new_page()
    page.goto(next(address for address in pages if address.endswith("/agreements/of-long-names/")))
    kinds = page.evaluate(
        "[...document.querySelectorAll('main a')].filter(e => e.textContent.includes('العربية'))"
        ".map(e => getComputedStyle(e).unicodeBidi)"
    )
    assert kinds
    assert set(kinds) <= {"isolate", "plaintext"}
    page.goto(next(address for address in pages if address.endswith("/organisations/arabic/")))
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).unicodeBidi") == "plaintext"
    page.context.close()
