"""One life cycle for everything staff publish; constraints that hold at the database."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from directory.models import Agreement, AgreementParty, Event, NotAllowed, Organisation, Publication
from directory.models.publication import TRANSITIONS
from tests import factories

pytestmark = pytest.mark.django_db
MAKERS = [factories.organisation, factories.agreement, factories.event, factories.group, factories.meeting,
          factories.document, factories.call]  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("step", TRANSITIONS)
@pytest.mark.parametrize("state", Publication.values)
def test_every_step_from_every_state(make, state, step):
    record = make(publication=state)
    sources, target = TRANSITIONS[step]
    if state in sources:
        record.move(step)
        expected = target
    else:
        with pytest.raises(NotAllowed):
            record.move(step)
        expected = state
    record = type(record).objects.get(pk=record.pk)
    assert record.publication == expected
    assert record.is_published == type(record).objects.published().filter(pk=record.pk).exists()
    assert record.history.order_by("-pgh_id").first().publication == expected


def refused(make, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**values)


@translation.override("en")
def test_shapes_are_held_by_the_database_with_a_sentence_for_people():
    from datetime import date

    factories.organisation(slug="once", latitude=12.65, longitude=-8.0, founded=2010)
    refused(factories.organisation, slug="once")
    refused(factories.organisation, latitude=91.0, longitude=0.0)
    refused(factories.organisation, latitude=12.0)
    refused(factories.organisation, founded=1200)
    refused(factories.agreement, start_year=2020, end_year=2019)
    refused(factories.agreement, start_year=2020, start_on=date(2019, 1, 1))
    refused(factories.event, year=2016, starts_on=date(2015, 9, 7))
    refused(factories.event, year=2016, starts_on=date(2016, 9, 9), ends_on=date(2016, 9, 7))
    body = factories.organisation()
    refused(factories.agreement, parties=[body, body])
    pact = factories.agreement(parties=[body, "Somebody else"])
    refused(lambda: AgreementParty.objects.create(agreement=pact, organisation=body, name="both"))
    for names in ({}, {"name_es": ""}, {"name_fr": "Somebody else"}):
        refused(lambda names=names: AgreementParty.objects.create(agreement=pact, **names))
    assert AgreementParty.objects.create(agreement=pact, name_fr="Quelqu'un")
    with pytest.raises(ValidationError, match="latitude from −90 to 90"):
        Organisation(latitude=91.0, longitude=0.0).validate_constraints()
    with pytest.raises(ValidationError, match="cannot end before it starts"):
        Agreement(start_year=2020, end_year=2019).validate_constraints()
    with pytest.raises(ValidationError, match="do not agree"):
        Event(year=2016, starts_on=date(2015, 9, 7)).validate_constraints()


def test_history_records_every_path():
    record = factories.organisation(name_es="Antes")
    Organisation.objects.filter(pk=record.pk).update(name_es="Después")
    rows = type(record.history.model.objects).get_queryset(record.history.model.objects)
    pk = record.pk
    record.delete()
    assert list(rows.filter(pgh_obj_id=pk).order_by("pgh_id").values_list("pgh_label", "name_es")) == [
        ("insert", "Antes"),
        ("update", "Después"),
        ("delete", "Después"),
    ]
