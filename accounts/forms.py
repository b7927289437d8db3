import zoneinfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class ProfileFields(forms.Form):
    """What sign-up asks besides address and password."""

    display_name = forms.CharField(
        label=_("Name to show"),
        max_length=150,
        required=False,
        help_text=_("Shown with what you publish; you can change it later."),
    )

    def signup(self, request, user):
        user.display_name = self.cleaned_data["display_name"]
        user.save(update_fields=["display_name"])


class ProfileForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ["display_name", "language", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in names]
