"""Form fields for instants that are typed and shown in a zone of their own."""

from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workinggroup.models import ANYWHERE_ON_EARTH


class InstantWidget(forms.SplitDateTimeWidget):
    """A day and a time of day, in the browser's own inputs. Seconds are shown where there are any."""

    def __init__(self, attrs=None):
        super().__init__(
            attrs,
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date", "aria-label": gettext_lazy("Day")},
            time_attrs={"type": "time", "aria-label": gettext_lazy("Time")},
        )

    def decompress(self, value):
        if not value:
            return [None, None]
        return [f"{value:%Y-%m-%d}", f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"]


class InstantField(forms.SplitDateTimeField):
    """An instant as people in `zone` write it. Times that the clocks skip or repeat there are refused
    with a sentence, as they name no instant or two. What stands in the form as it was shown keeps its
    instant to the microsecond: `keep` is that instant."""

    widget = InstantWidget
    keep = None

    def __init__(self, *args, zone="UTC", **kwargs):
        self.zone = zone
        super().__init__(*args, **kwargs)

    def prepare_value(self, value):
        """What the widget shows: the instant by the clocks of the zone, whatever zone the page is in."""
        if hasattr(value, "astimezone"):
            return value.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return value

    def clean(self, value):
        if self.keep and [part or "" for part in value] == self.widget.decompress(
            self.prepare_value(self.keep)
        ):
            return self.keep
        return super().clean(value)

    def compress(self, data_list):
        if data_list and data_list[0] and not 1900 <= data_list[0].year <= 2200:
            raise ValidationError(self.error_messages["invalid_date"], code="invalid_date")
        with timezone.override(ZoneInfo(self.zone)):
            try:
                return super().compress(data_list)
            except ValidationError as error:
                if error.code != "ambiguous_timezone":
                    raise
                raise ValidationError(
                    _(
                        "On that day the clocks change in %(zone)s: this time does not occur, or occurs twice. "
                        "Please choose another."
                    )
                    % {"zone": self.zone}
                ) from error

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True


def zone_choices():
    """Time zones by their IANA names, the two that calls use most first."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [
        ("UTC", "UTC"),
        (ANYWHERE_ON_EARTH, _("%(zone)s: anywhere on Earth") % {"zone": ANYWHERE_ON_EARTH}),
        *((name, name) for name in names),
    ]


def zone_of(text, default="UTC"):
    """A zone that was posted, if there is one of that name."""
    return text if text in available_timezones() else default
