from workinggroup.models.call_parts import CallChange, CallQuestion, LateAccess
from workinggroup.models.calls import ANYWHERE_ON_EARTH, Call, ContributionKind, Licence
from workinggroup.models.clock import HubNow
from workinggroup.models.followers import AnnouncedMeeting, AnnouncedOpening, Follow
from workinggroup.models.groups import (
    Basis,
    ContextParagraph,
    Document,
    DocumentFile,
    DocumentKind,
    GroupRecord,
    GroupRecordQuerySet,
    Meeting,
    Membership,
    Passage,
    Question,
    WorkingGroup,
    as_rows,
    bulk_of,
)

__all__ = [
    "ANYWHERE_ON_EARTH",
    "AnnouncedMeeting",
    "AnnouncedOpening",
    "Basis",
    "Call",
    "CallChange",
    "CallQuestion",
    "ContextParagraph",
    "ContributionKind",
    "Document",
    "DocumentFile",
    "DocumentKind",
    "Follow",
    "GroupRecord",
    "GroupRecordQuerySet",
    "HubNow",
    "LateAccess",
    "Licence",
    "Meeting",
    "Membership",
    "Passage",
    "Question",
    "WorkingGroup",
    "as_rows",
    "bulk_of",
]
