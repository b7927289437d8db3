"""The dump: every list in every format, nothing unpublished, never given out after a withdrawal."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS

from contributions.models import Contribution, ContributionTranslation
from directory import models as directory
from ripess_hub import dump, rights
from ripess_hub.api import LISTS
from ripess_hub.models import Dump
from ripess_hub.tasks import make_dump
from tests import factories as make
from tests.api import RECORDS, hide, key_of
from tests.test_formats import take

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/data/ripess-hub.zip"


@pytest.fixture(autouse=True)
def _fresh(fresh_pages):
    pass


@pytest.fixture
def everything():
    """A published record of every kind, and an unpublished one beside it."""
    shown = {name: RECORDS[name]() for name in RECORDS}
    for name in RECORDS:
        hide(RECORDS[name](**({} if name == "contributions" else {"slug": f"canary-{name}"})))
    Contribution.objects.exclude(state="published").update(title="canary", text="canary")
    make.region()
    return shown


def archive(client):
    return zipfile.ZipFile(io.BytesIO(take(client, ADDRESS).whole))


def test_the_dump_holds_every_list_in_every_format_and_nothing_unpublished(client, everything):
    made = dump.make()
    found = archive(client)
    assert found.testzip() is None
    names = set(found.namelist())
    for view in LISTS:
        for name, format in view.formats().items():
            middle = "murmurations." if name == "murmurations" else ""
            assert f"{view.dataset}/{view.dataset}.{middle}{format.extension}" in names
    assert {"README.txt", "columns.csv", "openapi.json", "ns.ttl"} <= names
    for name, record in everything.items():
        records = json.loads(found.read(f"{name}/{name}.json"))
        assert key_of(record) in [one["key"] for one in records]
        assert len(records) == len(made.keys[name]) == take(client, f"/api/v1/{name}/").json()["count"]
        rows = list(csv.DictReader(io.StringIO(found.read(f"{name}/{name}.csv").decode())))
        assert len(rows) == len(records)
        book = openpyxl.load_workbook(io.BytesIO(found.read(f"{name}/{name}.xlsx")))
        assert book.worksheets[0].max_row == len(records) + 1
        graph = Graph().parse(data=found.read(f"{name}/{name}.ttl"), format="turtle")
        assert all(URIRef(one["id"]) in set(graph.subjects()) for one in records)
    whole = b"".join(found.read(name) for name in names if not name.endswith("xlsx")).decode()
    assert "canary" not in whole
    for name in RECORDS:
        book = openpyxl.load_workbook(io.BytesIO(found.read(f"{name}/{name}.xlsx")))
        assert "canary" not in str(list(book.worksheets[0].iter_rows(values_only=True)))


def test_the_dump_is_served_as_a_file_that_tells_what_it_is(client, everything):
    made = dump.make()
    response = take(client, ADDRESS)
    assert response["Content-Type"] == "application/zip"
    assert int(response["Content-Length"]) == len(response.whole) == made.size
    assert response["ETag"] == f'"{hashlib.sha256(response.whole).hexdigest()}"'
    assert response["Repr-Digest"].startswith("sha-256=:")
    assert response["Content-Disposition"].startswith('attachment; filename="ripess-hub-')
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "no-cache"
    assert "license" in response["Link"]
    for headers in ({"if-none-match": response["ETag"]}, {"if-modified-since": response["Last-Modified"]}):
        assert client.get(ADDRESS, headers=headers).status_code == 304
    assert client.post(ADDRESS).status_code == 405


@pytest.mark.parametrize("name", RECORDS)
def test_what_is_withdrawn_is_not_given_out_again(client, everything, name):
    first = dump.make()
    assert client.get(ADDRESS).status_code == 200
    hide(everything[name], "withdrawn" if name != "contributions" else "received")
    response = client.get(ADDRESS, headers={"accept-language": "fr"})
    assert (response.status_code, response["Retry-After"]) == (503, "180")
    assert "L'archive est en cours de fabrication" in response.content.decode().replace("&#x27;", "'")
    # The worker makes the next one, without what was withdrawn, and the old file is gone.
    make_dump()
    assert key_of(everything[name]) not in json.loads(archive(client).read(f"{name}/{name}.json"))
    assert not default_storage.exists(first.file)
    assert Dump.objects.count() == 1


@pytest.mark.parametrize("name", RECORDS)
def test_what_was_withdrawn_and_is_public_again_is_not_given_out_as_it_was(client, everything, name):
    dump.make()
    hide(everything[name], "withdrawn" if name != "contributions" else "received")
    hide(everything[name], "published")
    assert client.get(ADDRESS).status_code == 503


def test_what_is_removed_is_not_given_out_again(client, everything):
    dump.make()
    everything["documents"].delete()
    assert client.get(ADDRESS).status_code == 503


def test_a_name_that_was_erased_is_not_given_out_again(client):
    author = make.person(display_name="Rosa Quispe")
    contribution = make.contribution(author=author)
    dump.make()
    assert b"Rosa Quispe" in archive(client).read("contributions/contributions.json")
    author.delete()
    assert client.get(ADDRESS).status_code == 503
    make_dump()
    listed = archive(client).read("contributions/contributions.json")
    assert contribution.reference.encode() in listed
    assert b"Rosa Quispe" not in listed


def test_what_was_taken_back_just_before_its_author_left_is_not_given_out_again(client):
    author = make.person()
    contribution = make.contribution(author=author, title="Canary")
    dump.make()
    contribution.withdraw(by=author)
    # Its history goes too, which said that it was withdrawn.
    rights.erase(author)
    assert client.get(ADDRESS).status_code == 503


@pytest.mark.parametrize("change", ["withdrawn", "removed", "erased"])
def test_a_translation_taken_back_is_not_given_out_again(client, change):
    translation = ContributionTranslation.objects.create(
        contribution=make.contribution(language="es"), language="en", publication="published",
        title="Learned", text="Translated words.", source_version=1,
    )  # fmt: skip
    dump.make()
    assert b"Translated words." in archive(client).read("contributions/contributions.json")
    if change == "removed":
        translation.delete()
    else:
        hidden = {"publication": "draft"} if change == "withdrawn" else {"text": "Other words."}
        ContributionTranslation.objects.update(**hidden)
    assert client.get(ADDRESS).status_code == 503
    make_dump()
    assert b"Translated words." not in archive(client).read("contributions/contributions.json")


def test_what_is_added_or_corrected_waits_for_the_night(client, everything):
    made = dump.make()
    record = everything["organisations"]
    record.name_es = "Corrected"
    record.save()
    make.event(slug="new")
    make.organisation(publication="draft").delete()
    assert client.get(ADDRESS).status_code == 200
    assert dump.current() == made
    assert not dump.due(made.made_at + timedelta(minutes=1))


def test_a_dump_is_due_when_there_is_none_and_after_each_night():
    noon = datetime(2027, 5, 4, 12, tzinfo=UTC)
    assert dump.due(noon)
    made = dump.make()
    for instant, due in (
        (noon, False),
        (noon.replace(hour=2, minute=59) + timedelta(days=1), False),
        (noon.replace(hour=3) + timedelta(days=1), True),
    ):
        Dump.objects.filter(pk=made.pk).update(made_at=noon - timedelta(hours=1))
        assert dump.due(instant) is due, instant


def test_one_dump_is_made_at_a_time(client, everything):
    with connection.cursor() as cursor:
        # Held by another session: as another worker would.
        other = connection.copy()
        try:
            with other.cursor() as held:
                held.execute("SELECT pg_advisory_lock(%s)", [dump.LOCK])
            assert dump.make() is None
            with other.cursor() as held:
                held.execute("SELECT pg_advisory_unlock(%s)", [dump.LOCK])
        finally:
            other.close()
        cursor.execute("SELECT 1")
    assert dump.make() is not None


def test_without_a_dump_or_its_file_people_are_asked_for_patience(client, everything):
    assert client.get(ADDRESS).status_code == 503
    made = dump.make()
    default_storage.delete(made.file)
    assert client.get(ADDRESS).status_code == 503


def test_the_command_says_what_it_made(capsys, everything):
    call_command("make_dump")
    said = capsys.readouterr().out
    assert "organisations" in said
    assert "MB" in said


def test_the_snapshot_is_one_instant_for_every_list(client, everything):
    """What is published while the dump is written is in none of its lists."""
    views, written = list(LISTS), []

    class Late(views[0]):
        dataset, formats = "late", staticmethod(dict)

        @staticmethod
        def records():
            other = connection.copy()
            try:
                with other.cursor() as cursor:
                    cursor.execute("UPDATE directory_event SET slug = 'meanwhile' WHERE slug LIKE 'event-%'")
            finally:
                other.close()
            written.append(True)
            return iter(())

    original = dump.LISTS
    dump.LISTS = (Late, *views)
    try:
        made = dump.make()
    finally:
        dump.LISTS = original
    assert written
    assert "meanwhile" not in made.keys["events"]
    assert directory.Event.objects.filter(slug="meanwhile").exists()


# The catalogue.


def test_the_catalogue_tells_of_the_dump(client, everything):
    made = dump.make()
    body = take(client, "/data/?format=ttl").whole
    graph = Graph().parse(data=body, format="turtle")
    whole = URIRef("http://localhost:8000/id/datasets/everything")
    assert made.sha256 in body.decode()
    assert graph.value(whole, DCTERMS.license) is not None
    assert "ripess-hub.zip" in take(client, "/es/data/").whole.decode()
    assert made.sha256 in take(client, "/es/data/").whole.decode()
    hide(everything["organisations"])
    graph = Graph().parse(data=take(client, "/data/?format=ttl").whole, format="turtle")
    assert whole not in set(graph.subjects())
    assert "ripess-hub.zip" not in take(client, "/es/data/").whole.decode()
