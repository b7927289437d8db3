"""The catalogue's loader: everything or nothing, staff's changes kept, every error listed."""

import re
import shutil
import threading
import time
import unicodedata
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import translation

from directory.loader import FOLDER, CatalogueError, Load, changed_since, record_types
from directory.models import Agreement, CatalogueLoad, Country, Event, Organisation, Publication, Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path):
    """A small catalogue cut from the real one, and a function that edits a file of it."""
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    keep = {"ripess", "gsef", "raess", "ica", "ilo", "aim", "inaise", "wfto", "untfsse"}
    text = {
        name: yaml.load((folder / f"{name}.yaml").read_text(), yaml.CSafeLoader)
        for name in ("organisations", "agreements", "events")
    }
    bodies = [o for o in text["organisations"]["organisations"] if o["key"] in keep]
    for body in bodies:
        body["relations"] = [r for r in body.get("relations", []) if r["target"] in keep]
    pacts = [a for a in text["agreements"]["agreements"] if set(a["parties"]) <= {"ica", "ilo"}]
    events = [e for e in text["events"]["events"] if e["key"] == "gsef-montreal-2016"]
    for event in events:
        event["organisers"] = [o for o in event.get("organisers", []) if o in keep]
        event.pop("outcome", None)
    parts = {"organisations": bodies, "agreements": pacts, "events": events}

    def write():
        for name, records in parts.items():
            (folder / f"{name}.yaml").write_text(yaml.dump({"version": 1, name: records}, allow_unicode=True))

    write()
    return folder, parts, write


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def until(happened, seconds=30):
    """Wait until `happened()`; a test that waits in vain fails by what it then asserts."""
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.05)


def load(folder, **options):
    out = StringIO()
    call_command("load_catalogue", str(folder), stdout=out, **options)
    return out.getvalue()


def problems(folder):
    with pytest.raises(CatalogueError) as error:
        Load(folder).read()
    return [str(problem) for problem in error.value.problems]


def test_the_real_catalogue_holds_no_error_and_every_record_is_published():
    load(FOLDER)
    for name, model in (("organisations", Organisation), ("agreements", Agreement), ("events", Event)):
        data = yaml.load((FOLDER / f"{name}.yaml").read_text(), yaml.CSafeLoader)[name]
        assert set(model.objects.published().values_list("slug", flat=True)) == {
            entry["key"] for entry in data
        }
    report = load(FOLDER)
    assert "0 created, 0 updated" in report
    assert (
        Organisation.objects.get(slug="ripess")
        .history.filter(pgh_context__metadata__source="catalogue")
        .exists()
    )
    for kind in record_types():
        records = kind.model.objects.exclude(loaded=None)
        assert [(record, names) for record in records if (names := changed_since(record))] == []


def test_a_second_load_changes_nothing_and_an_edit_updates_one_record(files):
    folder, parts, write = files
    load(folder)
    assert "0 created, 0 updated" in load(folder)
    parts["organisations"][0]["city"] = "Lima"
    write()
    assert "0 created, 1 updated" in load(folder)
    assert Organisation.objects.get(slug=parts["organisations"][0]["key"]).city == "Lima"


def test_what_staff_changed_is_kept_and_listed(files):
    folder, parts, write = files
    load(folder)
    Organisation.objects.filter(slug="ripess").update(website="https://staff.example/")
    body = next(o for o in parts["organisations"] if o["key"] == "ripess")
    body["website"], body["founded"] = "https://file.example/", 2003
    write()
    report = load(folder)
    ripess = Organisation.objects.get(slug="ripess")
    assert (ripess.website, ripess.founded) == ("https://staff.example/", 2003)
    assert "organisation ripess: website: kept “https://staff.example/”" in report
    assert "kept “https://staff.example/”" in load(folder)
    assert Organisation.objects.get(slug="ripess").website == "https://staff.example/"


@pytest.mark.django_db(transaction=True)
def test_what_staff_save_in_the_second_of_a_load_is_kept_and_listed(files):
    folder, parts, write = files
    load(folder)
    body = next(o for o in parts["organisations"] if o["key"] == "ripess")
    body["founded"], body["website"] = 2003, "https://file.example/"
    write()
    reports = []

    def load_meanwhile():
        with translation.override("en"):
            reports.append(load(folder))
        connection.close()

    def waits():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                "AND datname = current_database())"
            )
            return cursor.fetchone()[0]

    loading = threading.Thread(target=load_meanwhile)
    with transaction.atomic():
        Organisation.objects.filter(slug="ripess").update(website="https://staff.example/", city="Lima")
        loading.start()
        until(waits)
        assert loading.is_alive()
    loading.join()
    ripess = Organisation.objects.get(slug="ripess")
    assert (ripess.website, ripess.city) == ("https://staff.example/", "Lima")
    assert ripess.founded == 2003
    assert "website: kept “https://staff.example/”" in reports[0]
    assert "city: kept “Lima”" in reports[0]


def test_the_report_shows_of_a_kept_text_only_the_languages_that_differ(files):
    folder, parts, _write = files
    load(folder)
    Organisation.objects.filter(slug="ripess").update(description_fr="", website="")
    described = next(o for o in parts["organisations"] if o["key"] == "ripess")["description"]
    report = load(folder)
    assert f"description: kept “fr: —” (the file says “fr: {described['fr']}”)" in report
    assert "website: kept “—”" in report


def test_a_record_gone_from_the_files_is_withdrawn_and_comes_back(files):
    folder, parts, write = files
    load(folder)
    gone = next(o for o in parts["organisations"] if o["key"] == "raess")
    parts["organisations"].remove(gone)
    write()
    assert "1 withdrawn" in load(folder)
    assert Organisation.objects.get(slug="raess").publication == Publication.WITHDRAWN
    parts["organisations"].append(gone)
    write()
    load(folder)
    assert Organisation.objects.get(slug="raess").publication == Publication.PUBLISHED


def test_what_staff_withdrew_stays_withdrawn(files):
    folder, _parts, _write = files
    load(folder)
    Organisation.objects.get(slug="raess").withdraw()
    assert "publication: kept" in load(folder)
    assert Organisation.objects.get(slug="raess").publication == Publication.WITHDRAWN


def test_postgresql_knows_at_once_how_much_was_loaded(files):
    folder, parts, _write = files
    load(folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'directory_organisation'::regclass")
        assert cursor.fetchone()[0] == len(parts["organisations"])


def test_a_dry_run_reports_and_writes_nothing(files):
    folder, _parts, _write = files
    report = load(folder, dry_run=True)
    assert "9 created" in report
    assert not Organisation.objects.exists()
    assert not CatalogueLoad.objects.exists()


def test_the_same_files_are_not_read_again(files, monkeypatch):
    folder, parts, write = files
    load(folder)
    monkeypatch.setattr(Load, "read", lambda self: pytest.fail("the files were read again"))
    load(folder, if_changed=True)
    monkeypatch.undo()
    parts["organisations"][0]["city"] = "Quito"
    write()
    load(folder, if_changed=True)
    assert Organisation.objects.get(slug=parts["organisations"][0]["key"]).city == "Quito"


WRONG = [
    ({"colour": "red"}, "colour: this name is unknown"),
    ({"names": {"es": "Uno", "fr": "Un"}}, "names: en: is missing"),
    ({"names": {"es": "Uno", "fr": "Un", "en": "One", "pt": "Um"}}, "names: the language “pt” is unknown"),
    ({"names": None}, "names: is missing"),
    ({"founded": "2002"}, "founded: must be a whole number"),
    ({"founded": 1066}, "founded: Ensure this value is greater than or equal to 1500."),
    ({"lat": 91.0, "lon": 0.0}, "lat: must lie between −90 and 90 degrees"),
    ({"lat": 12.0, "lon": None}, "lat: give both coordinates or neither"),
    ({"kind": "club"}, "kind: “club” is not among the kinds of organisation"),
    ({"sectors": ["cooperatives", "atlantis"]}, "sectors: “atlantis” is not among the sectors"),
    ({"regions": ["m49-002", "m49-002"]}, "regions: holds the same key twice"),
    ({"country": "ZZ"}, "country: “ZZ” is not among the countries"),
    (
        {"relations": [{"type": "member_of", "target": "nobody"}]},
        "relations: “nobody” is not among the organisations",
    ),
    ({"website": "javascript:alert(1)"}, "website: Enter a valid URL."),
    ({"city": "Li\x00ma"}, "control character"),
    ({"city": 7}, "city: must be text"),
    ({"status": "asleep"}, "status: Value 'asleep' is not a valid choice."),
    ({"aliases": "RIPESS"}, "aliases: must be a list"),
    ({"key": "no slug!"}, "key: "),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG, ids=range(len(WRONG)))
def test_an_error_names_file_key_field_and_reason_and_nothing_is_written(files, change, sentence):
    folder, parts, write = files
    parts["organisations"][0].update(change)
    write()
    if "\x00" in str(change):
        text = (folder / "organisations.yaml").read_text()
        assert "\\0" in text
    listed = problems(folder)
    assert any(line.startswith("organisations.yaml: ") and sentence in line for line in listed), listed
    with pytest.raises(CommandError):
        load(folder)
    assert not Organisation.objects.exists()


def test_all_errors_of_all_files_are_listed_at_once(files):
    folder, parts, write = files
    parts["organisations"][0]["founded"] = "x"
    parts["organisations"][1]["kind"] = "club"
    parts["agreements"][0]["parties"], parts["agreements"][0]["other_parties"] = ["ica"], []
    parts["events"][0]["year"] = 1999
    parts["organisations"].append({**parts["organisations"][2], "city": 7})
    write()
    listed = "\n".join(problems(folder))
    for sentence in (
        "founded: must be a whole number",
        "kind: “club”",
        "agreements.yaml: ica-ilo-mou-2004: parties: an agreement has two parties at least",
        "events.yaml: gsef-montreal-2016: start: does not lie in the year given",
        "key: stands twice",
        "city: must be text",
    ):
        assert sentence in listed


def names_of_parties(key):
    return [
        (party.name_es, party.name_fr, party.name_en)
        for party in Agreement.objects.get(slug=key).parties.filter(organisation=None)
    ]


def test_a_party_outside_the_directory_has_one_proper_name_or_a_name_by_language(files):
    folder, parts, write = files
    pact = parts["agreements"][0]
    germany = {"es": "Alemania", "fr": "Allemagne", "en": "Germany"}
    pact["other_parties"] = ["Enercoop", "Germany", {"en": "two further networks"}]
    write()
    load(folder)
    before = [("Enercoop",) * 3, ("Germany",) * 3, ("", "", "two further networks")]
    assert names_of_parties(pact["key"]) == before
    pact["other_parties"][1] = germany
    write()
    assert "kept" not in load(folder)
    assert names_of_parties(pact["key"])[1] == tuple(germany.values())
    assert "0 updated" in load(folder)
    for wrong, sentence in (
        ([germany, germany], "holds the same party twice"),
        ([{"es": "Alemania", "de": "Deutschland"}], "the language “de” is unknown"),
        ([{"es": "x" * 301}], "es: Ensure this value has at most 300 characters"),
        ([{}], "must be a name, or a name by language"),
        ([{"es": ""}], "must be a name, or a name by language"),
        ([{"es": 7}], "es: must be text"),
        ([["Germany"]], "must be text"),
        ([""], "must be a name, or a name by language"),
    ):
        pact["other_parties"] = wrong
        write()
        (listed,) = problems(folder)
        assert f"agreements.yaml: {pact['key']}: other_parties: {sentence}" in listed, wrong


def test_a_day_that_no_calendar_has_is_an_error_of_its_record(files):
    folder, parts, write = files
    write()
    text = (folder / "agreements.yaml").read_text()
    assert "signed: 2004-02-10" in text
    (folder / "agreements.yaml").write_text(text.replace("signed: 2004-02-10", "signed: 2004-02-31"))
    assert problems(folder) == [
        "agreements.yaml: ica-ilo-mou-2004: signed: must be a date such as 2016-09-07"
    ]


def test_broken_files_are_named(files):
    folder, _parts, _write = files
    (folder / "events.yaml").write_text("events: [")
    (folder / "agreements.yaml").write_text("version: 1\nversion: 2\nagreements: []\n")
    (folder / "countries.yaml").unlink()
    (folder / "vocab.yaml").write_text("? [a, b]\n: c\n")
    listed = "\n".join(problems(folder))
    assert "agreements.yaml: —: —: line 2: “version” stands twice" in listed
    assert "countries.yaml: —: —: the file is missing" in listed
    assert "vocab.yaml: —: —: line 1: a name must be a word" in listed
    assert "events.yaml" in listed
    # Whoever names what stands there is not at fault.
    assert len(listed.splitlines()) == 4


@pytest.mark.parametrize("content", ["organisations: [", "organisations: none\n"])
def test_a_file_that_cannot_be_read_is_the_one_mistake_that_is_named(files, content):
    folder, _parts, _write = files
    (folder / "organisations.yaml").write_text(content)
    (problem,) = problems(folder)
    assert problem.startswith("organisations.yaml: —: —: ")


def test_the_founding_group_is_loaded_as_the_files_tell_it():
    from contributions.models import Challenge, Guideline
    from workinggroup.models import Call, Document, Meeting, WorkingGroup

    load(FOLDER)
    group = WorkingGroup.objects.get()
    assert group.coordinator.slug == "ripess"
    assert group.forum.slug == "gsef-montreal-2016"
    assert group.organisations.count() == 7
    call = Call.objects.with_state().get()
    assert (call.state, call.dates_unknown, call.opens_at, call.closes_at) == ("closed", True, None, None)
    assert call.meeting == Meeting.objects.get()
    assert not Document.objects.filter(available=True).exists()
    assert (Challenge.objects.count(), Guideline.objects.count()) == (6, 5)
    assert set(Challenge.objects.filter(basis="founding_text").values_list("slug", flat=True)) == {
        "ch-real-impact",
        "ch-synergy",
    }


def test_places_are_sets_of_countries():
    load(FOLDER)
    raess, reas = Organisation.objects.get(slug="raess"), Organisation.objects.get(slug="reas")
    assert {"m49-002", "m49-011"} <= set(raess.place_keys)
    assert {"sse-mediterranean", "m49-150"} <= set(reas.place_keys)
    assert "m49-002" not in reas.place_keys
    andean = Region.objects.get(key="sse-andean")
    assert set(andean.country_keys) <= set(Region.objects.get(key="m49-005").country_keys)
    assert Organisation.objects.get(slug="ripess").place_keys == ["m49-001"]
    assert len(Region.objects.get(key="m49-001").country_keys) == Country.objects.count()


def of_the_files(name):
    return yaml.load((FOLDER / f"{name}.yaml").read_text(), yaml.CSafeLoader)[name]


def folded(name):
    """As a reader compares names: whatever their accents and capitals."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()


def ways_to_say(name):
    """A name as it stands, without what stands in brackets, and what stands there."""
    return {folded(part) for part in (name, name.partition("(")[0], *re.findall(r"\(([^)]*)\)", name))} - {""}


# Parties outside the directory that are said in words rather than by a name of their own.
SAID_IN_WORDS = re.compile(
    r"\b(the|of|and|with|members?|countries|organisations?|Government|Ministry|University|programme)\b"
)
# Names that hold such a word and are translated by nobody.
NAMES_WITH_WORDS = {
    "Global Movement of Moderates Foundation", "Association of Vermont Credit Unions",
    "Institute of Ethnic Studies, Universiti Kebangsaan Malaysia", "Seoul National University",
}  # fmt: skip


def test_who_is_said_in_words_is_said_in_every_language():
    countries = {entry["labels"]["en"] for entry in of_the_files("countries")}
    for entry in of_the_files("agreements"):
        for party in entry.get("other_parties", []):
            if isinstance(party, dict):
                assert set(party) == {"es", "fr", "en"}, party
            else:
                assert not SAID_IN_WORDS.search(party) or party in NAMES_WITH_WORDS, party
                assert party not in countries or party == "Costa Rica", party


# Two bodies that truly share a name: the Pacific Asia Resource Center of Tokyo and the agricultural
# development association of Palestine.
NAMESAKES = {("asef-tokyo-2009", "parc-palestine")}


def test_nobody_of_the_directory_is_named_as_if_outside_it():
    known = {}
    for body in of_the_files("organisations"):
        names = [*body["names"].values(), *body.get("acronyms", {}).values(), *body.get("aliases", [])]
        for name in names:
            for said in {folded(name), folded(name.partition("(")[0])}:
                known.setdefault(said, set()).add(body["key"])
    assert known["ocb"] == {"ocb"}
    assert len(known) > 500
    outside = [
        (entry["key"], name)
        for records, field in (("agreements", "other_parties"), ("events", "other_organisers"))
        for entry in of_the_files(records)
        for named in entry.get(field, [])
        for name in (named.values() if isinstance(named, dict) else [named])
    ]
    assert len(outside) > 100
    found = {
        (key, body) for key, name in outside for said in ways_to_say(name) for body in known.get(said, ())
    }
    assert found == NAMESAKES
