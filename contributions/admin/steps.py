"""The steps that moderators take, as forms: what each asks for, and who may be first."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contributions.models import TRANSITIONS, WITH_REASON, ReasonTemplate, Step
from directory.forms import Words
from workinggroup.forms import InstantField

# The steps that staff take, in the order their forms stand, and what the buttons say.
OFFERED = {
    Step.PUBLISH: gettext_lazy("Publish"),
    Step.RETURN: gettext_lazy("Return for changes"),
    Step.DECLINE: gettext_lazy("Decline"),
    Step.UNPUBLISH: gettext_lazy("Unpublish"),
    Step.REOPEN: gettext_lazy("Reopen"),
    Step.RESTORE: gettext_lazy("Undo the withdrawal"),
    Step.ADMIT: gettext_lazy("Admit"),
}
DAYS_FOR_CHANGES = 14
MOST_REASON = 5_000


def steps_from(state):
    """The steps that staff may take from a state."""
    return [step for step in OFFERED if step in TRANSITIONS and state in TRANSITIONS[step][0]]


def end_of_day(day, zone):
    """The last minute of a day by the clocks of a zone."""
    return datetime.combine(day, time(23, 59), tzinfo=ZoneInfo(zone))


class StepForm(forms.Form):
    """One step about one version. `call` comes `with_state()`; `language` is the one the author reads."""

    version = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)
    reason = Words(
        label=gettext_lazy("Reason"),
        max_length=MOST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    edit_until = InstantField(
        label=gettext_lazy("Changes until"),
        required=False,
        help_text=gettext_lazy("Empty: without an end."),
    )

    def __init__(self, step, data=None, *, version, call, language):
        self.step, self.call, self.language = step, call, language
        super().__init__(
            data, auto_id=f"{step.value}_%s", initial={"version": version, "edit_until": self.two_weeks_on()}
        )
        if step == Step.PUBLISH:
            del self.fields["reason"]
        elif step in WITH_REASON:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = _("The author must be told why.")
        if step == Step.RETURN:
            self.fields["edit_until"].zone = call.time_zone
        else:
            del self.fields["edit_until"]
        if "reason" in self.fields:
            self.fields["reason"].widget.attrs["lang"] = language

    def two_weeks_on(self):
        """The end of the day two weeks ahead by the call's clocks."""
        today = self.call.now.astimezone(ZoneInfo(self.call.time_zone)).date()
        return end_of_day(today + timedelta(days=DAYS_FOR_CHANGES), self.call.time_zone)

    @property
    def button(self):
        return OFFERED[self.step]

    @property
    def templates(self):
        """The reasons written beforehand that suit the step, with their text in the author's language."""
        if self.step not in WITH_REASON:
            return []
        return [
            {"key": template.key, "label": str(template), "text": template.text_in(self.language)}
            for template in ReasonTemplate.objects.for_step(self.step)
        ]

    def with_template(self, key):
        """The form with the text of a template put after what was typed; nothing is judged yet."""
        text = next((template["text"] for template in self.templates if template["key"] == key), "")
        typed = self.data.get("reason", "").rstrip()
        data = self.data.copy()
        data["reason"] = f"{typed}\n\n{text}".strip() if text else typed
        self.data, self._errors, self.cleaned_data = data, ErrorDict(), {}
        return self

    @property
    def is_open(self):
        """Whether the form was sent and stands here again, with what was typed."""
        return self.is_bound

    def clean_edit_until(self):
        until = self.cleaned_data["edit_until"]
        if until and until <= self.call.now:
            raise ValidationError(_("This instant is over; choose a later one."))
        return until


class ManyForm(forms.Form):
    """One step about several contributions: the reason written beforehand goes to each author in their
    language, what is typed to all of them."""

    template = forms.ModelChoiceField(
        label=gettext_lazy("Reason written beforehand"),
        help_text=gettext_lazy("Each author gets it in their own language."),
        queryset=ReasonTemplate.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    reason = Words(
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("All of them get it as it stands here."),
        max_length=MOST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    until = forms.DateField(
        label=gettext_lazy("Changes until the end of"),
        help_text=gettext_lazy("By the clocks of each call. Empty: without an end."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, step, data=None, *, now):
        self.step, self.now = step, now
        first = {"until": (now + timedelta(days=DAYS_FOR_CHANGES)).date()}
        super().__init__(data, initial=first)
        if step not in WITH_REASON:
            del self.fields["template"], self.fields["reason"]
        else:
            self.fields["template"].queryset = ReasonTemplate.objects.for_step(step)
        if step != Step.RETURN:
            del self.fields["until"]

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until and (until < self.now.date() or until.year > 2200):
            raise ValidationError(_("This day is over; choose a later one."))
        return until

    def clean(self):
        cleaned = super().clean()
        wanted = self.step in WITH_REASON
        if wanted and not self.errors and not (cleaned["template"] or cleaned["reason"].strip()):
            self.add_error("reason", _("The authors must be told why."))
        return cleaned

    def reason_in(self, language):
        """The reason as the author who reads `language` gets it."""
        template = self.cleaned_data.get("template")
        parts = [template.text_in(language) if template else "", self.cleaned_data.get("reason", "")]
        return "\n\n".join(part.replace("\r\n", "\n").strip() for part in parts if part.strip())

    def until_in(self, zone):
        day = self.cleaned_data.get("until")
        return end_of_day(day, zone) if day else None
