"""The admin of the directory, and the base classes that the admins of the other apps share."""

from directory.admin.agreements import AgreementAdmin, EventAdmin
from directory.admin.bases import FileInline, HubAdmin, PublishableAdmin
from directory.admin.from_readers import FromReaderAdmin
from directory.admin.history import RecordedAdmin, name_of
from directory.admin.organisations import OrganisationAdmin
from directory.admin.overtaking import NotOverwrittenAdmin
from directory.admin.suggestions import SuggestionAdmin
from directory.admin.vocabularies import TermAdmin

__all__ = [
    "AgreementAdmin",
    "EventAdmin",
    "FileInline",
    "FromReaderAdmin",
    "HubAdmin",
    "NotOverwrittenAdmin",
    "OrganisationAdmin",
    "PublishableAdmin",
    "RecordedAdmin",
    "SuggestionAdmin",
    "TermAdmin",
    "name_of",
]
