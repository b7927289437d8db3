"""Which texts are translated, and which models keep their history.

History is declared here because django-pghistory copies a model's columns when asked, and the
columns of the languages exist only after modeltranslation has registered the model.
"""

from functools import partialmethod

import pghistory
from django.utils.text import format_lazy
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


def chosen(row, name):
    return str(getattr(row, name))


def keep_history_of_choices(model, *names):
    """Record what is chosen for these many-to-many fields, and what no longer is. A choice is a row of a
    table without a model of its own, and goes by the name of what is chosen."""
    for name in names:
        field = model._meta.get_field(name)
        named = format_lazy("{field} ({of})", field=field.verbose_name, of=model._meta.verbose_name)
        options = {"proxy": True, "app_label": model._meta.app_label, "default_permissions": ()}
        row = type(
            f"{model.__name__}{name.title()}",
            (field.remote_field.through,),
            {
                "__module__": model.__module__,
                "__str__": partialmethod(chosen, name=field.m2m_reverse_field_name()),
                "Meta": type("Meta", (), {**options, "verbose_name": named}),
            },
        )
        keep_history(row)


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
keep_history_of_choices(models.Organisation, "regions", "sectors")
keep_history_of_choices(models.Agreement, "regions", "sectors")
keep_history_of_choices(models.Event, "organisers")
