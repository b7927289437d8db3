"""The clock of the database."""

from django.db import models
from django.db.models import Func


class HubNow(Func):
    """The instant by the database's clock: `hub_now()`, which deadline code alone asks."""

    template = "hub_now()"
    output_field = models.DateTimeField()
