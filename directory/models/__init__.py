from directory.models.agreements import Agreement, AgreementDocument, AgreementParty
from directory.models.events import Event
from directory.models.organisations import Organisation, Relation, Representative
from directory.models.pages import CatalogueLoad, PageVersion
from directory.models.places import Country, Region
from directory.models.publication import NotAllowed, Publication
from directory.models.suggestions import Suggestion
from directory.models.vocabularies import (
    TERMS,
    AgreementKind,
    AgreementStatus,
    Confidence,
    Direction,
    EventAudience,
    EventFormat,
    EventType,
    OrganisationKind,
    RelationType,
    Scope,
    Sector,
)
from directory.models.words import Word

__all__ = [
    "TERMS",
    "Agreement",
    "AgreementDocument",
    "AgreementKind",
    "AgreementParty",
    "AgreementStatus",
    "CatalogueLoad",
    "Confidence",
    "Country",
    "Direction",
    "Event",
    "EventAudience",
    "EventFormat",
    "EventType",
    "NotAllowed",
    "Organisation",
    "OrganisationKind",
    "PageVersion",
    "Publication",
    "Region",
    "Relation",
    "RelationType",
    "Representative",
    "Scope",
    "Sector",
    "Suggestion",
    "Word",
]
