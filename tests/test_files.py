"""Files that hang on contributions: who gets them, how they are sent, and when they are gone."""

import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from contributions.models import Attachment, Contribution, Draft, Step
from ripess_hub import files
from tests import factories as make

pytestmark = pytest.mark.django_db


def address(file):
    return f"/files/{file.file.name}"


def ask(client, file, user=None, **headers):
    client.logout()
    if user:
        client.force_login(user)
    return client.get(address(file), headers=headers)


@pytest.fixture
def sent():
    """A published contribution with a file, and everybody around it."""
    author = make.person()
    record = make.contribution(author=author)
    file = make.attachment(record)
    record.co_authors.create(name="Binta", email="binta@example.org", user=make.person(), state="confirmed")
    return record, file


def people(record):
    """`{who: (user, may read what is not public)}`."""
    return {
        "nobody": (None, False),
        "stranger": (make.person(), False),
        "member": (make.member(record.call.group), False),
        "author": (record.author, True),
        "co-author": (record.co_authors.get().user, True),
        "moderator": (make.moderator(record.call.group), True),
        "moderator of another group": (make.moderator(make.group()), False),
    }


@pytest.mark.parametrize("state", Contribution.State.values)
def test_a_file_is_for_everybody_while_it_is_published_and_for_the_people_of_it_else(client, sent, state):
    record, file = sent
    for was_public in (True, False):
        Contribution.objects.filter(pk=record.pk).update(
            state=state,
            published_at=record.published_at if was_public or state == "published" else None,
        )
        gone = was_public and state in ("withdrawn", "unpublished")
        for who, (user, may) in people(record).items():
            answer = ask(client, file, user)
            expected = 200 if state == "published" or may else 410 if gone else 404
            assert answer.status_code == expected, who
            if state == "published":
                assert answer["Cache-Control"] == "no-cache", who
            else:
                assert "no-store" in answer["Cache-Control"], who
            if expected != 200:
                assert file.original_name not in answer.content.decode()
                assert "Content-Disposition" not in answer


def test_a_file_is_sent_to_be_saved_under_its_name_and_type(client, sent):
    answer = ask(client, sent[1])
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 report"


def test_what_the_hub_does_not_know_is_sent_as_bytes_that_no_browser_shows(client, sent):
    for name in ("page.html", "picture.svg", "program"):
        answer = ask(client, make.attachment(sent[0], name=name, content=b"<script>alert(1)</script>"))
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name",
    ['a"; filename="b.exe', "a\r\nSet-Cookie: x=1.pdf", "end.pdf\n", "\u202egpj.exe", "ñandú – été.pdf", "\\..\\x", "\x00",
     "a;b=c.pdf", "'*=utf-8''x"],
)  # fmt: skip
def test_a_hostile_name_starts_no_header_and_no_second_parameter(client, sent, name):
    Attachment.objects.filter(pk=sent[1].pk).update(original_name=name.replace("\x00", "\x01"))
    answer = ask(client, sent[1])
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer
    value = answer["Content-Disposition"]
    assert value.startswith("attachment; filename")
    assert not set(value) & {"\r", "\n"}
    assert value.isascii()
    plain = value.replace('\\"', "")
    assert plain.count('"') in (0, 2)


def test_a_file_answers_head_parts_and_what_a_browser_has_already(client, sent):
    record, file = sent
    whole = client.get(address(file))
    head = client.head(address(file))
    assert head.status_code == 200
    for header in ("Content-Type", "Content-Length", "Content-Disposition", "Cache-Control", "ETag"):
        assert head[header] == whole[header]
    part = client.get(address(file), headers={"Range": "bytes=0-3"})
    assert (part.status_code, part["Accept-Ranges"]) == (200, "none")
    assert client.get(address(file), headers={"Range": "bytes=9-1"}).status_code == 200
    again = client.get(address(file), headers={"If-None-Match": whole["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, "no-cache")
    for method in ("post", "put", "delete", "options"):
        assert getattr(client, method)(address(file)).status_code == 405
    # What a proxy has kept is asked for again, and is no longer there.
    record.judge(Step.UNPUBLISH, by=make.moderator(record.call.group), version=1, reason="Wrong file.")
    again = client.get(address(file), headers={"If-None-Match": whole["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (410, "no-store")
    assert "ETag" not in again
    author = ask(client, file, record.author)
    assert (author.status_code, author["Cache-Control"]) == (200, "private, no-store")
    assert "ETag" not in author


def test_a_file_dies_with_the_withdrawal_and_comes_back_with_its_undoing(client, sent):
    record, file = sent
    record.withdraw(by=record.author)
    assert ask(client, file).status_code == 410
    record.restore(by=record.author)
    assert ask(client, file).status_code == 200
    group = record.call.group
    group.withdraw()
    assert ask(client, file).status_code == 404


def test_files_of_drafts_are_for_whoever_writes_and_for_moderators_once_they_came_late(client):
    draft = make.draft(make.person())
    file = make.attachment(draft)
    moderator, other = make.moderator(draft.call.group), make.moderator(make.group())
    assert ask(client, file, draft.user).status_code == 200
    for user in (None, make.person(), moderator, other):
        assert ask(client, file, user).status_code == 404
    Draft.objects.filter(pk=draft.pk).update(late_at=draft.saved_at)
    assert ask(client, file, moderator).status_code == 200
    for user in (None, make.person(), other):
        assert ask(client, file, user).status_code == 404


@pytest.mark.parametrize(
    "name", ["x", "%00", "..", "%2e%2e%2fsettings.py", "%ED%A0%80", "a" * 5000, "A" * 32, "%0d%0aX: y"]
)
def test_names_of_no_file_are_missing(client, name):
    assert client.get(f"/files/{name}").status_code == 404


def test_a_file_that_is_lost_on_the_storage_is_missing(client, sent):
    default_storage.delete(sent[1].file.name)
    assert ask(client, sent[1]).status_code == 404


# What is left over on the storage.


def stored(name, days_ago):
    default_storage.save(name, ContentFile(b"x"))
    when = time.time() - days_ago * 86400
    os.utime(default_storage.path(name), (when, when))
    return name


def test_housekeeping_removes_files_that_no_record_names_and_nothing_else(sent):
    record, file = sent
    os.utime(default_storage.path(file.file.name), (0, 0))
    orphan, fresh, foreign = stored("o" * 32, 2), stored("f" * 32, 0), stored("notes.txt", 9)
    assert files.sweep() == 1
    assert not default_storage.exists(orphan)
    for name in (file.file.name, fresh, foreign):
        assert default_storage.exists(name)


def test_housekeeping_leaves_all_files_while_the_database_knows_none():
    assert files.sweep() == 0
    orphan = stored("o" * 32, 2)
    assert files.sweep() == 0
    assert default_storage.exists(orphan)


def test_a_discarded_draft_takes_its_files_along_once_that_is_certain(
    django_capture_on_commit_callbacks, sent
):
    draft = make.draft(None)
    file = make.attachment(draft)
    with django_capture_on_commit_callbacks(execute=True):
        Draft.objects.filter(pk__in=[draft.pk, sent[1].draft_id]).discard()
        assert default_storage.exists(file.file.name)
    assert not default_storage.exists(file.file.name)
    # A contribution that was sent keeps its draft and its file.
    assert Attachment.objects.get() == sent[1]
    assert default_storage.exists(sent[1].file.name)
