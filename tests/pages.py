"""How tests ask for pages: computed now, not taken from the page cache."""

from html import unescape
from html.parser import HTMLParser
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


class FormReader(HTMLParser):
    """The forms of a page, each as what a browser would send without anybody typing."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.area, self.select = [], None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "form":
            self.forms.append({})
        if not self.forms or not name and tag != "option":
            return
        form = self.forms[-1]
        kind = attrs.get("type", "text")
        if tag == "input" and (kind not in ("checkbox", "radio", "file", "submit") or "checked" in attrs):
            form.setdefault(name, []).append(attrs.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self.area = name
            form[name] = [""]
        elif tag == "select":
            self.select, self.multiple = name, "multiple" in attrs
        elif tag == "option" and self.select:
            first = self.select not in form and not self.multiple
            if "selected" in attrs or first:
                form[self.select] = [
                    *(form.get(self.select, []) if self.multiple else []), attrs.get("value", "")
                ]  # fmt: skip

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area:
            # A browser drops the line break that begins a text area.
            self.forms[-1][self.area][0] = self.forms[-1][self.area][0].removeprefix("\n")
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data):
        if self.area:
            self.forms[-1][self.area][0] += data


def filled(html, *, having, **typed):
    """What the form that has the values `having` sends, with `typed` over it."""
    for form in FormReader(html).forms:
        if all(value in form.get(name, []) for name, value in having.items()):
            return {
                **form,
                **{name: value if isinstance(value, list) else [value] for name, value in typed.items()},
            }
    raise AssertionError(f"no form has {having}")
