"""Every message is translated; French keeps its no-break spaces; the files hold what the code says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["es", "fr"]


def messages(language):
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language):
    catalogue = messages(language)
    assert len(catalogue) > 500
    assert [entry.msgid for entry in catalogue if not entry.translated()] == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language):
    names = re.compile(r"%\(\w+\)[sd]|%s")
    for entry in messages(language):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text:
                wanted = set(names.findall(entry.msgid)) | set(names.findall(entry.msgid_plural or ""))
                assert set(names.findall(text)) <= wanted, entry.msgid


def test_french_has_a_no_break_space_before_high_punctuation():
    for entry in messages("fr"):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert not re.search(r" [:;?!»]|« ", text), text


def test_no_template_writes_a_colon_of_its_own_after_a_value():
    """French sets a space before it: `{% colon %}`, or the colon is part of a message."""
    for path in (ROOT / "templates").rglob("*.html"):
        bare = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"(%}|}}|</\w+>):[ <\n]", bare), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_hold_exactly_the_messages_of_the_code(language, tmp_path):
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed (Debian: apt-get install gettext)")
    for name in (
        "accounts",
        "contributions",
        "directory",
        "ripess_hub",
        "templates",
        "workinggroup",
        "locale",
    ):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "catalogue")
        )
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", language, "--no-location", "--no-wrap",
         "-e", "html,txt,py"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    fresh = polib.pofile(str(tmp_path / "locale" / language / "LC_MESSAGES" / "django.po"))
    wanted = {(e.msgid, e.msgid_plural) for e in fresh if not e.obsolete}
    assert wanted == {(e.msgid, e.msgid_plural) for e in messages(language)}
