"""How tests ask for pages: computed now, not taken from the page cache."""

from html import unescape
from pathlib import Path

from django.core.cache import caches
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import translation


def get(client, address, status=200):
    """The words and mark-up of the page, with entities resolved."""
    caches["pages"].clear()
    response = client.get(address)
    assert response.status_code == status, address
    return unescape(response.content.decode())


def address_of(record, language="en"):
    with translation.override(language):
        return record.get_absolute_url()


def count_queries(client, address):
    """How many queries a page asks once the vocabularies are in memory."""
    get(client, address)
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def render(source, **context):
    """A piece of template that loads the composition tags, in English, on one line."""
    with translation.override("en"):
        template = Template("{% load workinggroup contributions %}" + source)
        return " ".join(template.render(Context({"LANGUAGE_CODE": "en", **context})).split())


AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page):
    """What axe finds on the page: `rule: selector`."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]
