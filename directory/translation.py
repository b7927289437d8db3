"""Which texts are translated, and which models keep their history.

History is declared here because django-pghistory copies a model's columns when asked, and the
columns of the languages exist only after modeltranslation has registered the model.
"""

import pghistory
from modeltranslation.translator import TranslationOptions, register

from directory import models

DERIVED = [
    "place_keys", "sector_keys", "name_keys", "names_text", "country_keys", "continent_keys",
    "seat_key", "seat_keys", "seat_countries", "unseated",
    "direction_computed", "direction",
    *(f"{name}_{code}" for name in ("context", "search", "sort") for code in ("es", "fr", "en")),
    "loaded",
]  # fmt: skip


def keep_history(*tracked):
    """Record every insert, update and deletion of these models by database triggers."""
    for model in tracked:
        present = {field.name for field in model._meta.get_fields()}
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            model_name=f"{model.__name__}History",
            obj_field=pghistory.ObjForeignKey(related_name="history"),
            exclude=[name for name in DERIVED if name in present],
        )(model)


@register(models.TERMS)
class TermTranslation(TranslationOptions):
    fields = ("label", "definition")


@register([models.Region, models.Country])
class PlaceTranslation(TranslationOptions):
    fields = ("label",)


@register(models.Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ("name", "acronym", "description")


@register(models.Agreement)
class AgreementTranslation(TranslationOptions):
    fields = ("title", "official_title", "description")


@register(models.AgreementParty)
class PartyTranslation(TranslationOptions):
    fields = ("name",)


@register(models.Event)
class EventTranslation(TranslationOptions):
    fields = ("title", "theme")


keep_history(
    models.Country,
    models.Region,
    models.Organisation,
    models.Relation,
    models.Agreement,
    models.AgreementParty,
    models.AgreementDocument,
    models.Event,
)
