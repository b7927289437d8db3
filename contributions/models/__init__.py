from contributions.models.columns import SEARCH
from contributions.models.contributions import Contribution, new_reference
from contributions.models.drafts import (
    ANONYMOUS_DAYS,
    LATE_KEPT_DAYS,
    Attachment,
    Draft,
    NoRoom,
    OwnerLeft,
    Sent,
)
from contributions.models.moderation import Reading, ReasonTemplate
from contributions.models.outcomes import (
    Challenge,
    ChallengeCategory,
    Citation,
    Guideline,
    GuidelineCategory,
    Ungrounded,
)
from contributions.models.parts import CoAuthor, ContributionVersion
from contributions.models.reports import Report
from contributions.models.steps import (
    DECISIONS,
    TRANSITIONS,
    WITH_REASON,
    ChangesEnded,
    Erased,
    Overtaken,
    OwnContribution,
    ReasonMissing,
    Step,
    StepTaken,
)
from contributions.models.translations import ContributionTranslation
from directory.models import NotAllowed

__all__ = [
    "ANONYMOUS_DAYS",
    "DECISIONS",
    "LATE_KEPT_DAYS",
    "SEARCH",
    "TRANSITIONS",
    "WITH_REASON",
    "Attachment",
    "Challenge",
    "ChallengeCategory",
    "ChangesEnded",
    "Citation",
    "CoAuthor",
    "Contribution",
    "ContributionTranslation",
    "ContributionVersion",
    "Draft",
    "Erased",
    "Guideline",
    "GuidelineCategory",
    "NoRoom",
    "NotAllowed",
    "Overtaken",
    "OwnContribution",
    "OwnerLeft",
    "Reading",
    "ReasonMissing",
    "ReasonTemplate",
    "Report",
    "Sent",
    "Step",
    "StepTaken",
    "Ungrounded",
    "new_reference",
]
