"""What changed between two versions, word by word."""

import pytest
from django.utils import translation

from contributions.comparison import compared, further_fields, words
from tests import factories as make


def old_of(blocks):
    return "".join(text for block in blocks for kind, text in block.parts if kind != "ins")


def new_of(blocks):
    return "".join(text for block in blocks for kind, text in block.parts if kind != "del")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("One.", "Two."),
        ("", "All of it is new."),
        ("All of it goes.", ""),
        ("A\n\nB\n\nC", "A\n\nC"),
        ("A\n\nC", "A\n\nB\n\nC"),
        ("one two three four", "one 2 three 4"),
        ("\n\nbegins with lines", "begins without"),
        ("a" * 10 + "\n" * 50, "b"),
        ("El café, ¿llega?", "El cafe, ¿llega hoy?"),
        ("مرحبا بالعالم", "مرحبا يا عالم"),
    ],
)
def test_both_versions_can_be_read_out_of_the_comparison(old, new):
    blocks = compared(old, new)
    assert old_of(blocks) == old
    assert new_of(blocks) == new


def test_what_is_the_same_is_no_change_whatever_ends_its_lines():
    assert compared("a\nb", "a\nb") == []
    assert compared("a\r\nb", "a\nb") == []


def test_changes_are_words_and_neighbours_stand_in_one_piece():
    assert words("Nombrar a dos organizaciones locales.", "Nombrar a tres organizaciones locales.") == [
        ("same", "Nombrar a "),
        ("del", "dos"),
        ("ins", "tres"),
        ("same", " organizaciones locales."),
    ]
    assert ("del", "uno, dos") in words(
        "Van uno, dos y luego muchos más.", "Van tres cuatro y luego muchos más."
    )


def test_a_passage_written_anew_is_shown_whole():
    assert words("Los acuerdos llegan.", "El clima cambia mucho hoy.") == [
        ("del", "Los acuerdos llegan."),
        ("ins", "El clima cambia mucho hoy."),
    ]


def test_long_unchanged_stretches_are_folded_but_for_what_stands_beside_a_change():
    paragraphs = [f"Paragraph {number}." for number in range(12)]
    changed = [*paragraphs[:6], "Something else entirely.", *paragraphs[7:]]
    blocks = compared("\n\n".join(paragraphs), "\n\n".join(changed))
    assert [block.count for block in blocks if block.folded] == [5, 4]
    assert new_of(blocks) == "\n\n".join(changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("word " * 40_000, "word " * 39_999 + "other"),
        ("a\n" * 100_000, "b\n" * 100_000),
        (".," * 50_000, ",." * 50_000),
        ("\n\n".join(f"P{n} says something." for n in range(5000)), "\n\n".join(f"P{n} says other." for n in range(5000))),
        ("x" * 200_000, "y" * 200_000),
    ],
)  # fmt: skip
def test_the_longest_texts_are_compared_and_shown_in_few_pieces(old, new):
    blocks = compared(old, new)
    assert new_of(blocks) == new
    assert len(blocks) <= 400


@pytest.mark.django_db
def test_fields_outside_the_text_are_compared_in_words():
    make.region("m49-002", label="Africa")
    make.organisation(slug="ripess", name="RIPESS")
    question = make.call_question(text="What changed?")
    old = {
        "kind": "experience", "language": "es", "regions": [], "links": ["https://a.example"],
        "answers": {str(question.pk): "Nothing much."}, "attachments": ["plan.pdf"], "organisation": "",
    }  # fmt: skip
    new = {
        "kind": "proposal", "language": "es", "regions": ["m49-002"], "links": ["https://b.example"],
        "answers": {str(question.pk): "Nothing at all."}, "attachments": ["plan.pdf", "map.png"],
        "organisation": "ripess",
    }  # fmt: skip
    with translation.override("en"):
        rows = {row.label: row for row in further_fields(old, new, [question])}
    assert set(rows) == {
        "Kind", "Regions it speaks of", "Links", "Attachments", "On behalf of", "What changed?"
    }  # fmt: skip
    assert rows["Kind"].parts == [("del", "Experience"), ("ins", "Proposal")]
    assert rows["Regions it speaks of"].come == ["Africa"]
    assert (rows["Links"].gone, rows["Links"].come) == (["https://a.example"], ["https://b.example"])
    assert (rows["Attachments"].come, rows["Attachments"].kept) == (["map.png"], ["plan.pdf"])
    assert rows["On behalf of"].parts == [("ins", "RIPESS")]
    assert ("del", "much") in rows["What changed?"].parts
    assert further_fields(old, old, [question]) == []
