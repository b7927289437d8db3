"""The page where a reader tells the moderators that something is wrong with a contribution."""

from django import forms
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contributions.models import Contribution, Report
from directory.forms import OpenForm, Words

MOST_WORDS = 2_000


class ReportForm(OpenForm):
    """What is wrong."""

    limit = "report"

    reason = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is wrong.")},
    )
    text = Words(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("Which passage, and how do you know? In any of the three languages."),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "textarea"}),
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("reason") == Report.Reason.OTHER and not cleaned.get("text", "").strip():
            self.add_error("text", _("Say in a sentence what is wrong."))
        return cleaned


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, reference):
    records = Contribution.objects.select_related("call__group").without_bulk()
    record = records.published().filter(reference=reference).first()
    if record is None and request.method == "POST":
        return ReportForm(request.POST).not_taken(request)
    if record is None:
        raise Http404
    if request.method != "POST":
        return page(request, record, ReportForm(), sent="sent" in request.GET)
    form = ReportForm(request.POST)
    if refusal := form.refused(request):
        problem, status = refusal
        return page(request, record, form, problem=problem, status=status)
    try:
        Report.objects.write(
            request.user,
            contribution=record,
            reason=form.cleaned_data["reason"],
            text=form.cleaned_data["text"],
            language=get_language(),
            version=record.version,
        )
    except IntegrityError:
        # Taken back this moment, and its author has left.
        return form.not_taken(request)
    return redirect(f"{reverse('contributions:report', args=[reference])}?sent")


def page(request, record, form, *, problem="", sent=False, status=200):
    return render(
        request,
        "contributions/report.html",
        {"contribution": record, "form": form, "problem": problem, "sent": sent},
        status=status,
    )
