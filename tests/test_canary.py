"""Every private word of the hub is a canary, and everybody crawls every address in every language: a
canary is found by those alone to whom it belongs."""

import re
from html import unescape
from itertools import product
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.cache import caches
from django.db import transaction
from django.test import Client, override_settings
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import translation

from contributions.models import CoAuthor, Contribution, Draft
from directory.formats import FORMATS
from directory.models import Agreement, Event, Organisation
from directory.models.publication import Record
from ripess_hub import dump
from ripess_hub.api import LISTS
from ripess_hub.files import OWNERS
from tests import canary, factories
from tests.canary import ROLES, STAFF, WORD
from tests.stored import unpacked
from workinggroup.models import Call, Document, Meeting, WorkingGroup

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "es", "fr")
# Vocabularies and places, which are public as a whole; joins; and what no page shows.
PUBLIC_MODELS = {
    "accounts.User",
    "directory.CatalogueLoad", "directory.PageVersion", "directory.Region", "directory.Country",
    # Words of published names alone, each without its sentence.
    "directory.Word",
    "workinggroup.DocumentKind", "contributions.ChallengeCategory", "contributions.GuidelineCategory",
}  # fmt: skip
# Signing out ends a crawl; the worker that /readyz asks for does not run here.
NOT_ASKED = {"account_logout", "admin:logout", "readyz"}
MOST_ROWS = {"contributions_contribution": 20}
MOST_QUERIES = 5
MOST_ADDRESSES = 3000
TITLE = re.compile(r"\.(title|name|text)(_\w\w)?$")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """The canaries, made once for the module and taken away again at its end."""
    from django.conf import settings

    folder = tmp_path_factory.mktemp("canary")
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": folder}}
    with django_db_blocker.unblock(), override_settings(STORAGES=storages), transaction.atomic():
        made = canary.build()
        made.folder = folder
        assert dump.make()
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _files_of_this_test(settings, tmp_path, world):
    """The files of the canaries, instead of an empty folder for each test."""
    settings.DATA_DIR = tmp_path
    files = settings.STORAGES["default"]
    settings.STORAGES = {**settings.STORAGES, "default": {**files, "OPTIONS": {"location": world.folder}}}
    caches["pages"].clear()


def browser(world, role):
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(world.people[role])
    return client


# Which addresses there are.


def patterns(resolver=None, prefix="", parameters=()):
    """`(name, parameters)` of every named address of the resolver."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = entry.pattern
        names = (*parameters, *(getattr(route, "converters", None) or route.regex.groupindex))
        if isinstance(entry, URLPattern):
            if entry.name:
                yield f"{prefix}{entry.name}", names
        else:
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from patterns(entry, inner, names)


def slugs_of(model):
    return list(model._base_manager.values_list("slug", flat=True))


# By the last part of an address's name, of which kind of record it is.
RECORDS = {
    "organisation": Organisation, "agreement": Agreement, "event": Event, "meeting": Meeting,
    "document": Document, "call": Call, "contribute": Call, "draft": Call, "group": WorkingGroup,
    "outcomes": WorkingGroup, "follow": WorkingGroup,
}  # fmt: skip


def values(world, name, parameter):
    """What may stand for a parameter of an address; an address nobody has thought of here gets
    every key there is."""
    known = {
        "region": ["m49-002", "m49-011"],
        "regions-detail": ["m49-002"],
        "sector": ["finance"],
        "sectors-detail": ["finance"],
        "vocabularies-detail": ["regions"],
        "identifier": [],
        "file": [row.file.name for owner in OWNERS for row in owner.objects.all()],
        "draft key": list(Draft.objects.values_list("pk", flat=True)),
        "co_author": [],
        "stop_mail": ["x"],
        "feed-of-list": [view.dataset for view in LISTS],
        # Pictures, which pages link to and no text can be read from.
        "card kind": [],
        "missing": ["organisation"],
    }
    if name.startswith("admin:"):
        return keys_in_admin(world, name.removeprefix("admin:").rsplit("_", 1)[0])
    last = name.rsplit(":", 1)[-1]
    for entry in (f"{last} {parameter}", last):
        if entry in known:
            return known[entry]
    if parameter == "group":
        return slugs_of(WorkingGroup)
    if parameter == "reference" or last == "contributions-detail":
        return list(Contribution.objects.values_list("reference", flat=True))
    model = next((model for kind, model in RECORDS.items() if kind in last), None)
    models = [model] if model else {*RECORDS.values()}
    return [slug for model in models for slug in slugs_of(model)]


def keys_in_admin(world, opts):
    models = {type(one) for one in world.records if f"{one._meta.app_label}_{one._meta.model_name}" == opts}
    most = MOST_ROWS.get(opts, 2)
    return [one.pk for model in models for one in model._base_manager.all()[:most]] or ["1"]


def addresses(world, *, staff=False):
    """Every address the resolver knows, with every key of the world; those of the admin for staff."""
    found = []
    for name, parameters in patterns():
        if name.startswith("admin:") and not staff or name in NOT_ASKED:
            continue
        for chosen in product(*(values(world, name, one) for one in parameters)):
            try:
                found.append(reverse(name, kwargs=dict(zip(parameters, chosen, strict=True))))
            except NoReverseMatch:
                continue
    for view in LISTS:
        model = getattr(view.queryset, "model", None)
        if model and issubclass(model, Record | Contribution):
            keys = (
                slugs_of(model)
                if issubclass(model, Record)
                else Contribution.objects.values_list("reference", flat=True)
            )
            found += [f"/id/{view.dataset}/{key}" for key in keys]
    if staff:
        found += list(suggestions())
    return found


def suggestions():
    """The addresses at which the admin proposes records while somebody types."""
    base = reverse("admin:autocomplete")
    for model, options in admin.site._registry.items():
        for holder in (options, *(inline(model, admin.site) for inline in options.inlines)):
            opts = holder.opts
            for field in holder.autocomplete_fields:
                yield f"{base}?app_label={opts.app_label}&model_name={opts.model_name}&field_name={field}&term="


# Crawling.

LINK = re.compile(
    r"""(?:(?<=["'>])|https?://(?:testserver|localhost:8000))(/[^"'<>\s\\)]*|\?[^"'<>\s\\)]+)"""
)
NOT_FOLLOWED = re.compile(r"^/(?:static/|\w\w/account/(?:logout|2fa|password|signup|login)|admin/jsi18n)")
# Answers for machines know nobody: each is asked once by a stranger and once by somebody signed in.
FOR_MACHINES = re.compile(r"^/(?:api|id|data|ns|sitemap)\b|[?&]format=|feed\.atom|\.ics")


def text_of(response):
    """The answer as text; the words of a spreadsheet or an archive as well."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return unescape(unpacked(body).decode(errors="replace"))


def crawl(client, start, language, *, follow=True, machines=True):
    """Yield `(address, response, text)` of every address from `start` on, and of what they link to."""
    queue = [address for address in start if machines or not FOR_MACHINES.search(address)]
    seen, queries = set(queue), {}
    others = tuple(f"/{code}/" for code in LANGUAGES if code != language)
    for address in queue:
        response = client.get(address)
        text = text_of(response)
        yield address, response, text
        if not follow:
            continue
        links = [urljoin(address, link) for link in LINK.findall(text)]
        for link in [*links, urljoin(address, response.get("Location", ""))]:
            parts = urlsplit(link.partition("#")[0])
            link = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if (
                link in seen
                or (not machines and FOR_MACHINES.search(link))
                or NOT_FOLLOWED.match(link)
                or link.startswith(others)
                or parts.path.startswith("/admin/")
            ):
                continue
            seen.add(link)
            if parts.query and "format=" not in parts.query:
                queries[parts.path] = queries.get(parts.path, 0) + 1
                if queries[parts.path] > MOST_QUERIES:
                    continue
            assert len(queue) < MOST_ADDRESSES
            queue.append(link)


def heard(world, role, pages):
    """The words that `role` found; what was not for them, or might be kept by somebody's cache, fails."""
    found, wrong = {}, []
    for address, response, text in pages:
        assert response.status_code < 500, address
        for word in set(WORD.findall(text)) - set(WORD.findall(address)):
            what, audience = world.words[word]
            found[word] = address
            if role not in audience:
                wrong.append(f"{what} at {address}")
            if "no-store" not in response.get("Cache-Control", ""):
                wrong.append(f"{what} may be kept by a cache: {address}")
    assert not wrong, "\n".join(sorted(set(wrong)))
    return found


def expected(world, role, *labels):
    """The words that the pages are there to show to `role`: a crawl that misses them proves nothing."""
    return {word for word, (what, audience) in world.words.items() if role in audience and what in labels}


OWN = [
    *(f"contributions.Contribution.{name}" for name in ("title", "summary", "text")),
    "contributions.Attachment.original_name", "contributions.Attachment content", "reason of a step", "answer",
]  # fmt: skip
SHOWN = {
    "author": [*OWN, "draft: title", "draft: text", "draft: co_authors", "accounts.OutgoingMail.text"],
    "co-author": OWN,
    "member": ["workinggroup.DocumentFile content"],
    "moderator": [*OWN, "draft: title", "draft: text", "workinggroup.DocumentFile content"],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_private_words_are_found_by_nobody_but_whom_they_belong_to(world, role, language):
    """Whole in English, and by strangers in every language; else the pages of that language, without
    what they link to."""
    with translation.override(language):
        start = addresses(world, staff=language == "en" and role in STAFF)
    whole = language == "en" or role == "anonymous"
    machines = language == "en" and role in ("anonymous", "author")
    if language != "en":
        start = [address for address in start if address.startswith(f"/{language}/")]
    elif role == "anonymous":
        start += formats(start)
    found = heard(world, role, crawl(browser(world, role), start, language, follow=whole, machines=machines))
    # Files and the admin have no language in their address.
    labels = SHOWN.get(role, ()) if language == "en" else ()
    if language != "en" and role in ("author", "co-author"):
        labels = [what for what in SHOWN[role] if not what.endswith("content")]
    missed = expected(world, role, *labels) - set(found)
    assert not missed, sorted({world.words[word][0] for word in missed})
    if role == "anonymous":
        assert not found


def formats(start):
    """Every list and record in every format there is, asked for where it is not linked too."""
    plain = [one for one in start if not re.search(r"\?|/account/|/contribute/|^/files/", one)]
    return [f"{address}?format={name}" for address in plain for name in FORMATS]


@pytest.mark.parametrize("role", [role for role in ROLES if role not in STAFF])
def test_the_administration_is_not_there_for_those_who_are_not_staff(world, role):
    client, found = browser(world, role), addresses(world, staff=True)
    pages = [one for one in found if one.startswith("/admin/") and one != reverse("admin:jsi18n")]
    assert len(pages) > 100
    for address, response, _text in crawl(client, pages, "en", follow=False):
        assert response.status_code in (302, 404), address
        assert "/admin/" not in response.get("Location", "").split("?")[0].replace("/admin/login/", ""), (
            address
        )


def test_a_search_finds_no_private_word(world):
    """What a page repeats of the question is no find."""
    client = browser(world, "anonymous")
    titles = [word for word, (what, _who) in world.words.items() if TITLE.search(what)]
    assert len(titles) > 50
    for word in titles:
        # Each in the list of its kind; what has none, in that of contributions.
        kind = world.words[word][0].split(".")[1].lower()
        name = f"{kind}s" if kind in ("organisation", "agreement", "event") else "contributions"
        assert client.get(f"/api/v1/{name}/", {"q": word}).json()["results"] == [], world.words[word]
    for language, word in product(LANGUAGES, titles[::20]):
        page = client.get(f"/{language}/search/", {"q": word}).content.decode()
        assert set(WORD.findall(page)) <= {word}
        assert 'class="result"' not in page


def test_no_figure_knows_a_year_in_which_only_hidden_things_happened(world):
    client = browser(world, "anonymous")
    for path in ("timeline", "timeline/?region=m49-002", "timeline/?sector=finance", "events", "agreements"):
        page = client.get(f"/en/{path}{'' if '?' in path else '/'}").content.decode()
        assert 'id="results"' in page
        for year in canary.HIDDEN_YEARS.values():
            assert str(year) not in page, path


def test_every_model_of_the_hub_has_its_canary(world):
    """A model that joins later is planted in `tests/canary.py`, or named as public here."""
    left = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in ("accounts", "directory", "workinggroup", "contributions")
        and not model.__name__.endswith("History")
        and model not in world.planted
        and not hasattr(model, "definition")
        and any(
            canary.World().value_of(field, "", ())
            for field in model._meta.concrete_fields
            if not field.choices
        )
    }
    assert left - PUBLIC_MODELS == set()


# Private addresses, one by one.


def private_addresses(world):
    """`(address, who finds it)` of every page that is somebody's."""
    states = {
        record.state: record for record in world.records if isinstance(record, Contribution) and record.author
    }
    for state, record in states.items():
        yield reverse("contributions:mine", args=[record.reference]), {"author", "co-author"}, state
        yield reverse("contributions:disown", args=[record.reference]), set(), state
    for draft in Draft.objects.filter(contribution=None):
        owner = {"author"} if draft.user else set()
        yield reverse("contributions:draft", args=[draft.call.slug, draft.pk]), owner, "draft"


@pytest.mark.parametrize("role", ROLES)
def test_a_private_address_is_missing_for_all_others_and_never_kept(world, role):
    client, tried = browser(world, role), 0
    with translation.override("en"):
        for address, people, what in private_addresses(world):
            answer = client.get(address)
            tried += 1
            if role in people:
                assert answer.status_code == 200, (address, what)
            elif role == "anonymous" and answer.status_code == 302:
                assert answer["Location"].startswith("/en/account/login/?next="), (address, what)
            else:
                assert answer.status_code == 404, (address, what)
            assert "no-store" in answer["Cache-Control"], (address, what)
            for method in ("post", "put", "delete"):
                changed = getattr(client, method)(address, {"do": "withdraw"} if role not in people else {})
                assert changed.status_code < 500
    assert tried > 12
    assert Contribution.objects.filter(state="withdrawn").count() == 1


@pytest.mark.parametrize("name", ["account_home", "account_settings", "contributions:all_mine", "my_data",
                                  "download_my_data", "erase_account", "account_email", "mfa_index"])  # fmt: skip
def test_pages_about_ones_own_account_lead_strangers_to_sign_in_and_are_never_kept(world, name):
    with translation.override("en"):
        address = reverse(name)
    answer = browser(world, "anonymous").get(address)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/en/account/login/")
    own = browser(world, "author").get(address)
    for page in (answer, own):
        assert "no-store" in page["Cache-Control"]


def test_the_page_of_a_co_author_is_found_with_the_key_of_the_mail_alone(world):
    invited = CoAuthor.objects.filter(contribution__state="received", state="asked").get()
    client = browser(world, "anonymous")
    with translation.override("en"):
        address = reverse("contributions:co_author", args=[invited.token])
        answer = client.get(address)
        assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
        assert invited.contribution.title in answer.content.decode()
        assert client.get(reverse("contributions:co_author", args=["x" * 32])).status_code == 404


def test_a_crawl_notices_a_word_that_is_not_for_its_reader(world):
    factories.organisation(name=world.word("leak", {"author"}))
    with pytest.raises(AssertionError, match="leak at /en/organisations/"):
        heard(
            world, "stranger", crawl(browser(world, "stranger"), ["/en/organisations/"], "en", follow=False)
        )
    with pytest.raises(AssertionError, match="may be kept by a cache"):
        heard(world, "author", crawl(browser(world, "author"), ["/en/organisations/"], "en", follow=False))
