"""What is stored anywhere, as text: to see that something is gone."""

import io
import zipfile

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.files.storage import default_storage
from django.db import connection


def everything_stored():
    """All the hub's tables as text, histories included, sessions decoded."""
    tables = connection.introspection.table_names()
    models = [model for model in apps.get_models() if model._meta.db_table in tables]
    rows = [row for model in models for row in model._base_manager.all()]
    text = serializers.serialize("json", rows, ensure_ascii=False)
    return text + str([session.get_decoded() for session in Session.objects.all()])


def every_file():
    """Names and contents of all stored files, as text."""
    try:
        names = default_storage.listdir("")[1]
    except FileNotFoundError:
        return ""
    return "".join(name + default_storage.open(name).read().decode(errors="replace") for name in names)


def unpacked(body):
    """The bytes of a file; those of an archive's files, and of archives within it, one after the other."""
    if body[:4] != b"PK\x03\x04":
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"\n".join(unpacked(archive.read(name)) for name in archive.namelist())
