"""The page where a reader tells the moderators that something is wrong with a contribution."""

from allauth.core import ratelimit
from django import forms
from django.core import signing
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contributions.forms import UNTYPEABLE
from contributions.models import Contribution, Report

MOST_WORDS = 2_000
# Nobody reads the question and answers it faster; a form lives for a day.
FEWEST_SECONDS = 3
MOST_SECONDS = 86_400


class ReportForm(forms.Form):
    """What is wrong, and two traps for programs that fill every form they meet: a field that people
    do not see, and the time since the page was read."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is wrong.")},
    )
    text = forms.CharField(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("Which passage, and how do you know? In any of the three languages."),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "textarea"}),
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    read_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="%s", **kwargs)
        self.initial["read_at"] = signing.dumps("", salt="report")

    def clean_text(self):
        return UNTYPEABLE.sub("", self.cleaned_data["text"])

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("reason") == Report.Reason.OTHER and not cleaned.get("text", "").strip():
            self.add_error("text", _("Say in a sentence what is wrong."))
        return cleaned

    @property
    def by_a_program(self):
        """Whether a program filled it in, as far as one can tell."""
        try:
            signing.loads(self.data.get("read_at", ""), salt="report", max_age=MOST_SECONDS)
        except signing.BadSignature:
            return True
        try:
            signing.loads(self.data.get("read_at", ""), salt="report", max_age=FEWEST_SECONDS)
        except signing.SignatureExpired:
            return bool(self.data.get("website"))
        return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, reference):
    record = get_object_or_404(
        Contribution.objects.published().select_related("call__group").without_bulk(), reference=reference
    )
    if request.method != "POST":
        return page(request, record, ReportForm(), sent="sent" in request.GET)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return page(request, record, form, status=400)
    if form.by_a_program:
        form.data = {**form.data.dict(), "website": "", "read_at": form.initial["read_at"]}
        sentence = _("Please read your words once more, wait a moment and press the button again.")
        return page(request, record, form, problem=sentence, status=400)
    if not ratelimit.consume(request, action="report"):
        sentence = _("Many reports came from your network in a short time. Please try again in an hour.")
        return page(request, record, form, problem=sentence, status=429)
    Report.objects.create(
        contribution=record,
        reason=form.cleaned_data["reason"],
        text=form.cleaned_data["text"],
        language=get_language(),
        version=record.version,
        user=request.user if request.user.is_authenticated else None,
    )
    return redirect(f"{reverse('contributions:report', args=[reference])}?sent")


def page(request, record, form, *, problem="", sent=False, status=200):
    return render(
        request,
        "contributions/report.html",
        {"contribution": record, "form": form, "problem": problem, "sent": sent},
        status=status,
    )
