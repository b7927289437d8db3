"""Which sections of the catalogue's files are challenges and guidelines."""

from contributions.models import Challenge, ChallengeCategory, Guideline, GuidelineCategory
from directory.catalogue_fields import Key, Texts
from directory.catalogue_records import vocabulary
from directory.loader import RecordType, register
from workinggroup.catalogue_records import BASIS, FILE, GROUP, of_group


def outcomes(model, section, category):
    """The record type of the group's challenges or guidelines."""
    fields = {"category": Key("category", category, required=True), "text": Texts("text", required=True)}
    return RecordType(model, FILE, of_group(section), {**fields, **GROUP, **BASIS})


register(
    vocabulary(ChallengeCategory, "challenge_categories", file=FILE, inside="vocab_local"),
    vocabulary(GuidelineCategory, "guideline_categories", file=FILE, inside="vocab_local"),
    outcomes(Challenge, "example_challenges", ChallengeCategory),
    outcomes(Guideline, "example_guidelines", GuidelineCategory),
)
