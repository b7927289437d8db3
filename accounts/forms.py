import zoneinfo

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.letters import MailKind
from accounts.models import User


class ProfileFields(forms.Form):
    """What sign-up asks besides address and password."""

    display_name = forms.CharField(
        label=_("Name to show"),
        max_length=150,
        required=False,
        help_text=_("Shown with what you publish; you can change it later."),
    )

    language = User._meta.get_field("language").formfield(required=False, initial=get_language)

    def signup(self, request, user):
        user.display_name = self.cleaned_data["display_name"]
        user.language = self.cleaned_data["language"] or user.language
        user.save(update_fields=["display_name", "language"])


class ProfileForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ["display_name", "language", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zones(self.instance.time_zone)


class LettersForm(forms.Form):
    """Which letters a person wants; those they must get are not asked about."""

    wanted = forms.MultipleChoiceField(
        label=_("Letters I want"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, user, data=None):
        self.user = user
        self.kinds = [kind for kind in MailKind if kind != MailKind.DIGEST or user.is_staff]
        super().__init__(data, initial={"wanted": [kind for kind in self.kinds if user.wants(kind)]})
        self.fields["wanted"].choices = [(kind.value, kind.label) for kind in self.kinds]

    def save(self):
        for kind in self.kinds:
            on = kind in self.cleaned_data["wanted"]
            if on != self.user.wants(kind):
                self.user.switch_mail(kind, on)


def time_zones(current):
    """The choices of a time zone, by region: what nobody lives in is left out unless it is theirs."""
    choices = {"UTC": "UTC"}
    for name in sorted(zoneinfo.available_timezones() | {current}):
        region, _slash, place = name.partition("/")
        if name == current and not place:
            choices[name] = name
        elif place and region not in ("Etc", "SystemV", "US", "posix", "right"):
            choices.setdefault(region, []).append((name, place.replace("_", " ")))
    return list(choices.items())


class ErasureForm(forms.Form):
    """Typing one's own address says that the account is to go."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        help_text=_("Type the address you sign in with, to say that you mean it."),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Type the address you sign in with.")},
    )

    def __init__(self, user, data=None):
        self.user = user
        super().__init__(data)

    def clean_email(self):
        typed = self.cleaned_data["email"].strip().lower()
        if typed != self.user.email:
            raise forms.ValidationError(_("This is not the address you sign in with. Nothing was deleted."))
        return typed
