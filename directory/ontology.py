"""Our own vocabulary of linked data: what neither schema.org nor ESSGLOBAL has a word for, agreements
above all. Described at its own address in the words the API uses."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from directory.api_parts import LANGUAGES
from directory.formats.linked import PREFIXES, node


@dataclass(frozen=True)
class Word:
    """A class (capital letter) or a property of the vocabulary."""

    name: str
    about: object
    # The class or property of another vocabulary that it is a special case of.
    under: str = ""

    @property
    def is_class(self):
        return self.name[0].isupper()


WORDS = (
    Word("CooperationAgreement", _("An agreement between two or more parties."), "schema:CreativeWork"),
    Word("Participation", _("The part that one party takes in an agreement.")),
    Word("Relation", _("A relation of an organisation to another one.")),
    Word("WorkingGroup", _("A working group, coordinated by an organisation."), "schema:Project"),
    Word("CallForContributions", _("A call for contributions of a working group."), "schema:CreativeWork"),
    Word("party", _("A party to an agreement."), "dcterms:contributor"),
    Word("participation", _("The part that one party takes in an agreement.")),
    Word("participant", _("Whose part it is.")),
    Word("role", _("Its role in the agreement.")),
    Word("direction", _("The stated direction, else the computed one.")),
    Word("statedDirection", _("Direction as the sources state it.")),
    Word("computedDirection", _("Direction as the sides of the parties give it.")),
    Word("signedOn", _("Day of signature."), "dcterms:created"),
    Word("begins", _("The day it begins, else the year.")),
    Word("ends", _("The day it ends, else the year.")),
    Word("adoptedAt", _("The event where it was adopted.")),
    Word("outcome", _("The agreement adopted there.")),
    Word("kind", _("What kind it is, a term of our vocabularies."), "dcterms:type"),
    Word("status", _("Its status.")),
    Word("scope", _("How far an organisation reaches.")),
    Word("sector", _("A sector it works in or is about."), "dcterms:subject"),
    Word("region", _("A region it works in or is about."), "dcterms:spatial"),
    Word(
        "foundIn",
        _("Every region whose filter finds this record: those it is named for and those around them."),
        "dcterms:spatial",
    ),
    Word("relation", _("A relation of an organisation to another one."), "dcterms:relation"),
    Word("relationType", _("How they are related.")),
    Word("relatedTo", _("The other organisation.")),
    Word("audience", _("For whom an event is."), "dcterms:audience"),
    Word("series", _("Shared by the editions of an event.")),
    Word("confidence", _("How sure it is.")),
    Word("coordinator", _("The coordinating organisation.")),
    Word("forum", _("The event it belongs to.")),
    Word("themeBlock", _("Theme block of the forum.")),
    Word("question", _("A question it asks.")),
    Word("group", _("Its working group.")),
    Word("meeting", _("Its meeting.")),
    Word("call", _("Its call for contributions.")),
    Word("opensAt", _("When it opens (UTC).")),
    Word("closesAt", _("When it closes (UTC); null while open until further notice.")),
    Word("timeZone", _("Its official time zone, an IANA name.")),
    Word("available", _("False: known of, but not preserved.")),
    Word("illustrative", _("A demonstration, nothing real.")),
    Word("facet", _("Of a sector: `activity`, `family` (legal form) or `theme`.")),
    Word("country", _("A country of a region.")),
    Word("side", _("Of a country: `south` or `north`, by UNCTAD.")),
)


def by_language(text):
    """A translated text in every language."""
    found = []
    for code in LANGUAGES:
        with translation.override(code):
            found.append({"@value": str(text), "@language": code})
    return found


def nodes():
    """The vocabulary as linked data."""
    base = settings.LINKED_DATA_VOCABULARY
    document = base.rstrip("#/")
    yield node(
        document,
        ["owl:Ontology"],
        dcterms__title=by_language(_("Vocabulary of cooperation agreements")),
        dcterms__description=by_language(
            _(
                "What schema.org and ESSGLOBAL have no word for: agreements between organisations of the "
                "social and solidarity economy, and the working groups that study them."
            )
        ),
        dcterms__license={"@id": settings.DATA_LICENCE},
    )
    for word in WORDS:
        above = {"@id": expanded(word.under)} if word.under else None
        yield node(
            base + word.name,
            ["rdfs:Class", "owl:Class"] if word.is_class else ["rdf:Property"],
            rdfs__label={"@value": label(word.name), "@language": "en"},
            rdfs__comment=by_language(word.about),
            rdfs__isDefinedBy={"@id": document},
            **{"rdfs__subClassOf" if word.is_class else "rdfs__subPropertyOf": above},
        )


def expanded(name):
    prefix, local = name.split(":")
    return PREFIXES[prefix] + local


def label(name):
    """The name in words: signedOn, signed on."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
