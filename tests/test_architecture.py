"""Imports go one way; the design's vocabulary of concepts and no more."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "directory", "workinggroup", "contributions"]
# The site's own modules that compose the apps, and those that staff and crawlers need of all of them.
COMPOSERS = {"cards.py", 
    "urls.py", "views.py", "api.py", "sitemaps.py", "admin.py", "files.py", "rights.py", "feeds.py",
    "calendars.py", "bench_rush.py", "bench_rush_people.py", "bench_rush_ledger.py"}  # fmt: skip


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_itself_and_the_apps_below_it(app):
    above = set(APPS[APPS.index(app) + 1 :])
    for path in (ROOT / app).rglob("*.py"):
        wrong = above & set(imported(path))
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


@pytest.mark.parametrize("app", APPS)
def test_an_app_does_not_import_the_site(app):
    for path in (ROOT / app).rglob("*.py"):
        assert "ripess_hub" not in set(imported(path)), path.relative_to(ROOT)


def test_only_the_composers_of_the_site_import_the_upper_apps():
    for path in (ROOT / "ripess_hub").glob("*.py"):
        if path.name not in COMPOSERS:
            assert not {"workinggroup", "contributions"} & set(imported(path)), path.name


def test_there_is_no_junk_drawer():
    names = {path.stem for app in [*APPS, "ripess_hub"] for path in (ROOT / app).rglob("*.py")}
    assert not names & {"utils", "common", "core", "helpers", "services", "selectors", "signals"}


def test_foreign_keys_to_another_app_point_down_and_leave_no_trace_there():
    from django.apps import apps
    from django.conf import settings

    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            if model.__name__.endswith("History"):
                continue
            for field in model._meta.get_fields():
                target = getattr(field, "related_model", None)
                if not field.concrete or target is None or target._meta.app_label not in APPS:
                    continue
                if target._meta.app_label == app:
                    continue
                assert APPS.index(target._meta.app_label) < APPS.index(app), field
                assert (field.remote_field.related_name or "").endswith("+"), field
    assert settings.AUTH_USER_MODEL == "accounts.User"
