"""Forms that anybody may send, without an account: what people type, and what keeps programs out."""

import re

from allauth.core import ratelimit
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils.translation import gettext as _

# What no text of people holds; a word processor's line break (\x0b) becomes one of ours.
UNTYPEABLE = re.compile("[\x00-\x08\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Nobody reads the question and answers it faster; a form lives for a day.
FEWEST_SECONDS = 3
MOST_SECONDS = 86_400


def plain(text):
    """What was typed, without characters that no text can hold, its lines broken as ours."""
    return UNTYPEABLE.sub("", text.replace("\x0b", "\n")).replace("\r\n", "\n")


class Words(forms.CharField):
    """What people write: measured as they see it, a line break as one sign."""

    def __init__(self, *args, max_length=None, **kwargs):
        # Not the field's own: browsers cut what is pasted at it, without a word.
        super().__init__(*args, **kwargs)
        self.most = max_length

    def to_python(self, value):
        return plain(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        if self.most and len(value) > self.most:
            raise ValidationError(
                _("“%(label)s” has %(count)s characters; the maximum is %(most)s.")
                % {"label": self.label, "count": len(value), "most": self.most}
            )


class OpenForm(forms.Form):
    """Two traps for programs that fill every form they meet, a field that people do not see and the
    time since the page was read, and a limit for each network. `limit` is its name in
    `ACCOUNT_RATE_LIMITS`."""

    limit = ""

    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    read_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="%s", **kwargs)
        self.initial["read_at"] = signing.dumps("", salt=self.limit)

    @property
    def asked(self):
        """What people are asked, without the traps."""
        return [self[name] for name in self.fields if name not in OpenForm.base_fields]

    def refused(self, request):
        """`(sentence, status)` where the form is not taken as it comes, without a sentence where its fields
        say what is wrong; else None. It can be sent again as it then stands."""
        if not self.is_valid():
            return "", 400
        if self.by_a_program:
            self.data = {**self.data.dict(), "website": "", "read_at": self.initial["read_at"]}
            return _("Please read your words once more, wait a moment and press the button again."), 400
        if not ratelimit.consume(request, action=self.limit):
            return _("A lot came from your network in a short time. Please try again in an hour."), 429
        return None

    def not_taken(self, request):
        """What it was written about is not public now: nothing is stored, and what was typed is shown, to
        copy. So it is whatever became of the record: nobody learns whether there still is one."""
        return render(request, "directory/not_taken.html", {"form": self}, status=404)

    @property
    def typed(self):
        """`[(name, label, value)]` of what was filled in, as people read it."""
        rows = []
        for field in self.asked:
            choices = dict(getattr(field.field, "choices", ()))
            if value := plain(field.value() or ""):
                rows.append((field.name, field.label, choices.get(value, value)))
        return rows

    @property
    def by_a_program(self):
        """Whether a program filled it in, as far as one can tell."""
        try:
            signing.loads(self.data.get("read_at", ""), salt=self.limit, max_age=MOST_SECONDS)
        except signing.BadSignature:
            return True
        try:
            signing.loads(self.data.get("read_at", ""), salt=self.limit, max_age=FEWEST_SECONDS)
        except signing.SignatureExpired:
            return bool(self.data.get("website"))
        return True
