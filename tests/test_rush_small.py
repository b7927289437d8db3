"""`./run bench rush` with a hundred people, on the real services: correctness alone, since the machine may
be busy."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from ripess_hub import data_folder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def copy_of_the_database(django_db_setup, django_db_blocker):
    """The address of a database with our tables, made without running the migrations again."""
    template = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS hub_rush WITH (FORCE)")
            # What tests before left open; a database that is copied must be alone.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template]
            )
            cursor.execute(f'CREATE DATABASE hub_rush TEMPLATE "{template}"')
        yield data_folder.database_url(os.environ["DATA_DIR"], "hub_rush")
        with connection._nodb_cursor() as cursor:
            cursor.execute("DROP DATABASE hub_rush WITH (FORCE)")


def test_a_small_rush_over_real_http_loses_nothing(copy_of_the_database):
    done = subprocess.run(
        [sys.executable, "-m", "ripess_hub.launch", "bench", "rush", "--people", "100", "--seconds", "5"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": copy_of_the_database, "HUB_BENCH": "1"},
        capture_output=True,
        text=True,
        timeout=400,
    )
    said = done.stdout + done.stderr
    assert "0 lost, 0 late, 0 doubled, 0 answers that are none" in said, said
    assert done.returncode == 0, said
    figures = r"(\d+) contributions, (\d+) receipts, (\d+) late drafts, (\d+) late refusals"
    made, receipts, late, refusals = map(int, re.search(figures, said).groups())
    assert made == receipts
    assert late == refusals >= 15
    assert made + late == 115
