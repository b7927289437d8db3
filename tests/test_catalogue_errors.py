"""What files of the catalogue may hold by mistake: a sentence for each, and nothing is written."""

import copy
import datetime
import shutil
from functools import cache
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.utils import translation

from directory.loader import FOLDER, CatalogueError, Load, record_types
from directory.models import Organisation, Region

pytestmark = pytest.mark.django_db


@cache
def content(name):
    return yaml.load((FOLDER / f"{name}.yaml").read_bytes(), yaml.CSafeLoader)


@pytest.fixture
def folder(tmp_path):
    with translation.override("en"):
        yield shutil.copytree(FOLDER, tmp_path / "catalogue")


def listed(folder):
    with pytest.raises(CatalogueError) as error:
        Load(folder).read()
    return [str(problem) for problem in error.value.problems]


def changed(folder, name, change):
    """Write the file `name` again as `change` leaves it; return what is wrong with the catalogue."""
    data = copy.deepcopy(content(name))
    change(data)
    (folder / f"{name}.yaml").write_text(yaml.dump(data, allow_unicode=True, sort_keys=False))
    return listed(folder)


def first(section, **values):
    """A change of the first record of a section, None for what is taken away."""

    def change(data):
        record = data[section][0]
        record.update(values)
        for name in [name for name, value in values.items() if value is None]:
            del record[name]

    return change


def of_group(section, **values):
    return lambda data: data["working_group"][section].update(values)


DAY = datetime.date(2000, 5, 1)
PACT, EVENT = "ica-ilo-mou-2004", "ripess-lima-1997"
WRONG = {
    "agreements": [
        (first("agreements", parties=5), f"{PACT}: parties: must be a list"),
        (first("agreements", other_parties=True), f"{PACT}: other_parties: must be a list"),
        (first("agreements", start=DAY, start_year=None), f"{PACT}: start_year: is missing"),
        (first("agreements", start=DAY, start_year=1999), f"{PACT}: start: does not lie in the year given"),
        (first("agreements", end=DAY, end_year=2001), f"{PACT}: end: does not lie in the year given"),
        (
            first("agreements", start=DAY, start_year=2000, end=datetime.date(2000, 4, 1), end_year=2000),
            f"{PACT}: end: lies before the start",
        ),
        (first("agreements", supersedes=PACT), f"{PACT}: supersedes: An agreement cannot renew itself."),
    ],
    "events": [
        (first("events", start=None, end=DAY), f"{EVENT}: start: is missing"),
        (first("events", start={"a": 1}, end={"a": 2}), f"{EVENT}: start: must be a date such as 2016-09-07"),
        (
            first("events", start=datetime.datetime(2000, 5, 1, tzinfo=datetime.UTC), end=DAY),
            f"{EVENT}: start: must be a date such as 2016-09-07",
        ),
    ],
    "organisations": [
        (
            first("organisations", relations=[{"type": "member_of", "target": "ripess"}]),
            "ripess: relations: An organisation cannot have a relation with itself.",
        ),
        (first("organisations", source=[]), "ripess: source: is missing"),
        (
            first("organisations", names={"es": "  ", "fr": "Un", "en": "One"}),
            "ripess: names: es: is missing",
        ),
        (lambda data: data.update(organisations={}), "“organisations” must be a list"),
        (lambda data: data.update(organisatons=[]), "—: organisatons: this name is unknown"),
        (lambda data: data["organisations"].append(None), "#283: key: a record needs a key in words"),
    ],
    "vocab": [
        (first("sectors", ica=DAY), "cross_sectoral: mappings: must be text"),
        (first("sectors", ica=["a", float("nan")]), "cross_sectoral: mappings: must be text"),
        (first("sectors", ica="a\0b"), "cross_sectoral: mappings: holds a control character"),
        (lambda data: data["sectors"].append("word"), "key: a record needs a key in words"),
    ],
    "working_group": [
        (
            lambda data: data["working_group"].update(titel="x"),
            "working_group: titel: this name is unknown",
        ),
        (
            lambda data: data["vocab_local"].update(moods=[]),
            "vocab_local: moods: this name is unknown",
        ),
        (of_group("call_for_contributions", state="open"), "wg-call-2016: state: calls of the files are"),
        (of_group("call_for_contributions", opened=DAY), "wg-call-2016: state: calls of the files are"),
        (of_group("meeting", date=DAY), "wg-meeting-montreal-2016: date: must be empty"),
    ],
}


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [(name, *case) for name, cases in WRONG.items() for case in cases],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_file_says_wrong_is_named(folder, name, change, sentence):
    problems = changed(folder, name, change)
    assert any(line.startswith(f"{name}.yaml: ") and sentence in line for line in problems), problems


@pytest.mark.parametrize("value", ["!!int abc", "!!bool maybe", "!!timestamp foo", "0x_", "1" * 5000])
def test_a_value_that_cannot_be_read_is_named_by_its_line(folder, value):
    text = (FOLDER / "organisations.yaml").read_text()
    (folder / "organisations.yaml").write_text(text.replace("founded: ", f"founded: {value} # ", 1))
    line = text[: text.index("founded: ")].count("\n") + 1
    sentence = f"organisations.yaml: —: —: line {line}: a value that cannot be read"
    assert any(problem.startswith(sentence) for problem in listed(folder))


@pytest.mark.parametrize("name", ["5", "2016-01-01", "no"])
def test_a_name_is_a_word(folder, name):
    with (folder / "organisations.yaml").open("a") as file:
        file.write(f"\n{name}: x\nother: y\n")
    assert any(line.endswith("a name must be a word") for line in listed(folder))


def test_a_file_is_a_file_of_sections(folder):
    (folder / "events.yaml").unlink()
    (folder / "events.yaml").mkdir()
    (folder / "agreements.yaml").write_text("- a\n- b\n")
    problems = "\n".join(listed(folder))
    assert "events.yaml: —: —: Is a directory" in problems
    assert "agreements.yaml: —: —: must be a mapping of sections" in problems
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("load_catalogue", str(folder), if_changed=True)


def test_what_only_the_database_refuses_is_a_sentence_and_nothing_is_written(folder, monkeypatch):
    for kind in record_types():
        monkeypatch.setattr(kind, "check", None)
    data = copy.deepcopy(content("agreements"))
    first("agreements", supersedes=PACT)(data)
    (folder / "agreements.yaml").write_text(yaml.dump(data, allow_unicode=True))
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("load_catalogue", str(folder), stdout=StringIO())
    assert not Organisation.objects.exists()
    assert not Region.objects.exists()
