"""Every kind of page in a real browser: axe, weight, keyboard, no JavaScript, no foreign request."""

import gzip
import os
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import caches
from django.core.management import call_command

from tests import factories
from tests.pages import violations

CHROMIUM = os.environ.get("HUB_CHROMIUM")
LANGUAGES = ["es", "fr", "en"]
FORMATS = [(390, "dark"), (1280, "light"), (390, "light"), (1280, "dark")]
TEXT_BUDGET, MAP_BUDGET = 60_000, 110_000
# What a repeated visit may weigh where it is not 15 KB: the map in full names every arc, place and party.
REPEAT_BUDGET = {"map": 22_500}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium"),
]

PAGES = {
    "home": "",
    "search": "search/?q=cooperativa",
    "search, groups": "search/?q=collaboration",
    "search, nothing": "search/?q=xyzzyqwert",
    "directory": "organisations/?region=m49-002",
    "directory, empty": "organisations/?region=m49-009&sector=insurance",
    "organisation": "organisations/ripess/",
    "correction": "organisations/ripess/correction/",
    "correction, sent": "agreements/ica-ilo-mou-2019/correction/?sent",
    "missing": "missing/organisation/",
    "agreements": "agreements/",
    "agreements, continents": "agreements/?matrix=continents&between=m49-002&status=in_force&year=2016",
    "agreements, none": "agreements/?between=m49-009&sector=insurance",
    "map": "map/",
    "map of a choice": "map/?sector=cooperatives&region=m49-002",
    "network": "network/",
    "timeline": "timeline/",
    "organisation's network": "organisations/ica/network/",
    "embed": "embed/",
    "frame of a list": "embed/agreements/?region=m49-011",
    "frame of the directory": "embed/organisations/?sector=fair_trade&theme=dark",
    "frame of the map": "embed/map/",
    "frame of a call": "embed/calls/wg-call-2016/",
    "agreement": "agreements/ica-ilo-mou-2019/",
    "events": "events/",
    "event": "events/gsef-montreal-2016/",
    "region": "regions/sse-mediterranean/",
    "sector": "sectors/cooperatives/",
    "groups": "groups/",
    "group": "groups/wg-international-collaboration/",
    "meeting": "groups/wg-international-collaboration/meetings/wg-meeting-montreal-2016/",
    "outcomes": "groups/wg-international-collaboration/outcomes/",
    "call": "calls/wg-call-2016/",
    "contributions": "contributions/",
    "about": "about/",
    "data": "data/",
    "columns": "data/columns/",
    "API": "data/api/",
    "accessibility": "accessibility/",
    "privacy": "privacy/",
    "theme": "theme/",
    "sign in": "account/login/",
    "sign up": "account/signup/",
    "reset": "account/password/reset/",
    "no such page": "nothing/",
}
MAPS = {
    "home", "agreements", "agreements, continents", "map", "map of a choice", "network", "timeline", "region",
    "sector", "embed", "frame of the map",
}  # fmt: skip


@pytest.fixture
def site(live_server, db):
    call_command("createcachetable")
    call_command("load_catalogue", verbosity=0)
    caches["pages"].clear()
    return live_server.url


def test_axe_finds_nothing_and_nothing_overflows_on_any_page(browser, site):
    wrong, foreign = [], []
    for width, scheme in FORMATS:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            bypass_csp=True,
        )
        page = context.new_page()
        page.on(
            "request",
            lambda request: (
                foreign.append(request.url) if not request.url.startswith((site, "data:")) else None
            ),
        )
        # Every language in the two opposite formats, Spanish in all four.
        for language in LANGUAGES if (width, scheme) in FORMATS[:2] else LANGUAGES[:1]:
            for name, path in PAGES.items():
                page.goto(f"{site}/{language}/{path}")
                where = f"{language} {name} {width} {scheme}"
                wrong += [f"{where}: {found}" for found in violations(page)]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    wrong.append(f"{where}: wider than the window")
        context.close()
    assert wrong == [], "\n".join(wrong)
    assert foreign == []


def packed(address):
    """The bytes a static file weighs as WhiteNoise sends it: compressed, but for fonts."""
    path = Path(finders.find(address.split("/static/")[1].split("#")[0]))
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content, 9))


def test_pages_keep_their_weight_and_the_policy_lets_everything_of_theirs_through(browser, site):
    for name, path in PAGES.items():
        context = browser.new_context(viewport={"width": 390, "height": 900})
        page = context.new_page()
        complaints = []
        page.on(
            "console",
            lambda message, log=complaints: (
                log.append(message.text) if "Content Security" in message.text else None
            ),
        )
        page.on("pageerror", lambda error, log=complaints: log.append(str(error)))
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        sizes, addresses = {}, {}
        session.on(
            "Network.responseReceived",
            lambda event, log=addresses: log.update({event["requestId"]: event["response"]["url"]}),
        )
        session.on(
            "Network.loadingFinished",
            lambda event, log=sizes: log.update({event["requestId"]: event["encodedDataLength"]}),
        )
        page.goto(f"{site}/es/{path}", wait_until="networkidle")
        html = sum(size for key, size in sizes.items() if "/static/" not in addresses[key])
        files = {address for address in addresses.values() if "/static/" in address}
        weight = html + sum(packed(address) for address in files)
        assert weight <= (MAP_BUDGET if name in MAPS else TEXT_BUDGET), (name, weight, files)
        # At the next visit the files, whose names change with their content, are there already.
        assert html <= REPEAT_BUDGET.get(name, 15_000), (name, html)
        assert complaints == [], name
        context.close()


# Level labels of figures whose boxes overlap, as pairs of words.
COLLISIONS = """() => {
    const boxes = [...document.querySelectorAll("main svg text")]
        .filter((text) => !text.closest("[transform]") && getComputedStyle(text).display !== "none")
        .map((text) => [text.textContent.trim(), text.getBoundingClientRect()])
        .filter(([words, box]) => words && box.width);
    const found = [];
    boxes.forEach(([a, p], n) => boxes.slice(n + 1).forEach(([b, q]) => {
        const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        // A box holds the room for ascenders and descenders too.
        if (wide > 1 && high > p.height * 0.35) found.push(`${a} / ${b}`);
    }));
    return [boxes.length, found];
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_labels_of_the_figures_do_not_collide(browser, site, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    for path in (
        "agreements/", "map/", "network/", "timeline/", "organisations/ica/network/", "organisations/ripess/",
        "organisations/ilo/", "regions/sse-mediterranean/", "sectors/cooperatives/",
        "agreements/fo4acp-programme/", "agreements/ica-eu-fpa-2016/",
    ):  # fmt: skip
        for language in LANGUAGES:
            page.goto(f"{site}/{language}/{path}")
            page.evaluate("document.fonts.ready")
            labels, collisions = page.evaluate(COLLISIONS)
            assert collisions == [], (language, path)
            assert labels > 3 or width == 390, (language, path)
    context.close()


# How large the letters of figures are on the screen, with their words; and whether their dots are seen whole.
LETTERS = """() => [...document.querySelectorAll("main svg text")]
    .filter((text) => text.textContent.trim() && text.getClientRects().length)
    .map((text) => {
        const { a, b } = text.getScreenCTM();
        return [parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b), text.textContent.trim()];
    })"""
DOTS = """() => [...document.querySelectorAll(".hero__map .seat, .network .node")]
    .map((dot) => [dot.getBoundingClientRect(), dot.closest(".hero, .canvas").getBoundingClientRect()])
    .map(([dot, frame]) => dot.width > 0 && dot.left >= frame.left && dot.right <= frame.right)"""


def test_on_a_phone_the_letters_of_figures_can_be_read_and_their_dots_are_whole(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    for path in (
        "", "agreements/", "map/", "network/", "timeline/", "timeline/?year=2012&year=2015",
        "organisations/ica/network/", "organisations/ripess/network/", "organisations/ilo/",
        "agreements/fo4acp-programme/", "regions/m49-011/", "embed/map/",
    ):  # fmt: skip
        page.goto(f"{site}/es/{path}")
        page.evaluate("document.fonts.ready")
        letters = page.evaluate(LETTERS)
        assert [(round(size, 1), words) for size, words in letters if size < 10] == [], path
        assert len(letters) > 2 or not path.startswith(("network", "timeline", "organisations")), path
        dots = page.evaluate(DOTS)
        assert all(dots), path
        assert dots or path not in ("", "organisations/ica/network/"), path
    context.close()


LINE_BEGINS_WITH_A_COMMA = """() => [...document.querySelectorAll(".hero__hints a")].filter((link) => {
    const next = document.createRange();
    if (!link.nextSibling) return false;
    next.setStart(link.nextSibling, 0);
    next.setEnd(link.nextSibling, 1);
    return next.getBoundingClientRect().top > [...link.getClientRects()].pop().bottom;
}).map((link) => link.innerText)"""


def test_no_line_of_the_hints_of_the_home_page_begins_with_a_comma(browser, site):
    context = browser.new_context()
    page = context.new_page()
    for language in LANGUAGES:
        page.goto(f"{site}/{language}/")
        for width in range(320, 480, 10):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(LINE_BEGINS_WITH_A_COMMA) == [], (language, width)
    context.close()


def test_on_a_wide_screen_no_hint_of_the_home_page_breaks(browser, site):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    for language in LANGUAGES:
        page.goto(f"{site}/{language}/")
        lines = page.evaluate(
            "[...document.querySelectorAll('.hero__hints a')].map(a => a.getClientRects().length)"
        )
        assert set(lines) == {1}, language
    page.close()


def test_a_short_form_is_no_wider_than_a_text_and_its_buttons_do_not_touch(browser, site):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/es/missing/event/")
    assert page.locator("main form textarea").bounding_box()["width"] <= 640
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{site}/es/calls/{factories.call().slug}/contribute/")
    chosen, added = (page.locator(f".file {one}").bounding_box() for one in ("input", "button"))
    assert chosen["y"] + chosen["height"] + 4 <= added["y"]
    context.close()


def test_cards_of_calls_leave_no_half_row_empty(browser, site):
    for _number in range(2):
        factories.call()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/en/")
    boxes = page.evaluate(
        "() => [...document.querySelectorAll('.pair, .call-card')].map((one) => one.getBoundingClientRect().toJSON())"
    )
    pair, first, *others = boxes
    assert len(others) == 2
    assert first["width"] == pair["width"]
    assert others[0]["top"] == others[1]["top"]
    context.close()


def test_the_key_of_the_heat_keeps_colour_and_number_together(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    for language in LANGUAGES:
        page.goto(f"{site}/{language}/agreements/")
        together = page.evaluate(
            """() => [...document.querySelectorAll(".scale i")].map((i) => {
                const rest = document.createRange();
                rest.selectNode(i.nextSibling);
                const [a, b] = [i.getBoundingClientRect(), rest.getBoundingClientRect()];
                return a.top < b.bottom && b.top < a.bottom && b.left - a.right < 12;
            })"""
        )
        assert together == [True] * 5
    context.close()


def test_the_keyboard_reaches_a_place_of_the_map_and_can_skip_them_all(browser, site):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/en/map/")
    page.focus(".skip--here")
    assert page.locator(".skip--here").first.bounding_box()["height"] > 20
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('svg') !== null")
    name = page.evaluate("document.activeElement.querySelector('title').textContent")
    figure = name.rsplit(": ", 1)[1]
    page.keyboard.press("Enter")
    page.wait_for_url("**/agreements/?*between=*#list")
    assert page.inner_text("#results-heading") == f"{figure} agreement{'s' if figure != '1' else ''}"
    page.go_back()
    page.focus(".skip--here")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "after-map"
    context.close()


class Partner(BaseHTTPRequestHandler):
    """Another site, whose page shows in a frame the address that is its query."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe src="{urlsplit(self.path).query}"></iframe>'.encode())

    def log_message(self, *_words):
        pass


def test_a_frame_shows_on_another_site_and_a_page_does_not(browser, site):
    partner = HTTPServer(("127.0.0.1", 0), Partner)
    Thread(target=partner.serve_forever, daemon=True).start()
    context = browser.new_context()
    page = context.new_page()
    for path, shown in (("embed/agreements/", True), ("agreements/", False)):
        page.goto(f"http://127.0.0.1:{partner.server_port}/?{site}/en/{path}")
        inside = page.frames[-1]
        # A frame has no address until its page, or the browser's refusal, has come.
        inside.wait_for_url(re.compile("."))
        if shown:
            assert inside.url == f"{site}/en/{path}"
            assert inside.locator("h1").inner_text() == "146 agreements"
        else:
            assert inside.url.startswith("chrome-error:")
    assert context.cookies() == []
    context.close()
    partner.shutdown()
    partner.server_close()


def test_print_keeps_the_figures_and_drops_the_controls(browser, site):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(f"{site}/en/agreements/")
    for selector in (".switch", ".filters", ".pagination", ".footer"):
        assert not page.locator(selector).first.is_visible(), selector
    assert page.locator("svg.map").first.is_visible()
    breadths = page.evaluate(
        "() => [1, 2, 3, 4, 5].map(n => parseFloat(getComputedStyle(document.querySelector('.q' + n)).borderTopWidth))"
    )
    # Heat shows by the breadth of a border, where colours do not print; so does its key.
    assert breadths == sorted(set(breadths))
    key = page.locator(".scale i")
    assert key.first.is_visible()
    assert breadths == [
        key.nth(n).evaluate("i => parseFloat(getComputedStyle(i).borderTopWidth)") for n in range(5)
    ]
    assert page.pdf()[:4] == b"%PDF"
    page.goto(f"{site}/en/agreements/ica-ilo-mou-2015/")
    assert page.locator("#cite").is_visible()
    # What a call or a contribution is about stands on the paper too.
    page.goto(f"{site}/en/calls/wg-call-2016/")
    assert page.get_by_role("heading", name="The call for contributions is closed").is_visible()
    text = factories.contribution(text="## One\n\nA.\n\n## Two\n\nB.\n\n## Three\n\nC.")
    page.goto(f"{site}/en/contributions/{text.reference}/")
    assert page.get_by_text("CC BY-SA").first.is_visible()
    assert not page.locator(".toc").is_visible()
    context.close()


SEPARATORS = """() => [...document.querySelectorAll('.table--cards td')].filter(cell => {
    const after = getComputedStyle(cell, '::after').content.includes('·');
    const before = getComputedStyle(cell, '::before').content.includes('·');
    let next = cell.nextElementSibling;
    const list = next && next.querySelector(':scope > ul');
    while (next && !next.hasChildNodes()) next = next.nextElementSibling;
    return before || after !== Boolean(cell.hasChildNodes() && next && !list);
}).map(cell => cell.parentElement.innerText)"""
CUT_LABELS = """() => [...document.querySelectorAll('.order select')].flatMap(menu => {
    const style = getComputedStyle(menu), pen = document.createElement('canvas').getContext('2d');
    const room = menu.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    pen.font = style.font;
    return [...menu.options].map(one => one.text).filter(text => pen.measureText(text).width > room);
})"""


def test_lists_on_phones_show_whole_labels_and_separators_only_between_two_things(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    for language, path in (
        ("es", "agreements/"),
        ("fr", "agreements/"),
        ("fr", "events/"),
        ("fr", "data/"),
        ("es", "network/"),
    ):
        page.goto(f"{site}/{language}/{path}")
        assert page.evaluate(SEPARATORS) == []
        assert page.evaluate(CUT_LABELS) == []
    context.close()


def test_filters_work_with_and_without_javascript_and_back_returns(browser, site):
    for javascript in (True, False):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=javascript)
        page = context.new_page()
        page.goto(f"{site}/en/organisations/")
        everything = page.inner_text("#results-heading")
        page.locator("#filters summary").first.evaluate(
            "e => e.parentElement.open = true"
        ) if javascript else None
        box = page.locator('input[name="region"][value="m49-002"]')
        box.check(force=True)
        if not javascript:
            page.locator("#filters button").click()
        page.wait_for_url("**region=m49-002*")
        page.locator("#results-heading", has_text="53 organisations").wait_for()
        assert page.locator('input[name="region"][value="m49-002"]').is_checked()
        page.go_back()
        page.wait_for_url(f"{site}/en/organisations/")
        page.locator("#results-heading", has_text=everything).wait_for()
        context.close()


def test_the_keyboard_alone_reaches_the_content_and_a_result(browser, site):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/fr/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.focus("#q")
    page.keyboard.type("inaise")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    for _n in range(60):
        page.keyboard.press("Tab")
        if "/organisations/inaise/" in (page.evaluate("document.activeElement.href || ''")):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/organisations/inaise/")
    context.close()


def test_the_focus_shows_on_a_link_within_a_form(browser, site):
    page = browser.new_page()
    page.goto(f"{site}/en/calls/{factories.call().slug}/contribute/")
    page.locator("[name=consent]").focus()
    page.keyboard.press("Tab")
    link = page.locator("a[rel=license]")
    assert link.evaluate("link => link === document.activeElement")
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.close()


def test_the_error_summary_takes_the_focus(browser, site):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/es/account/signup/")
    page.fill("input[name=email]", "no es una dirección")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.input_value("input[name=email]") == "no es una dirección"
    context.close()
