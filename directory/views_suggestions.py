"""Readers who know better say so: what is wrong in a record, and which record is missing."""

from django import forms
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from directory.forms import OpenForm, Words
from directory.models import Organisation, Suggestion

LONGEST = 2_000
MISSING = {
    Suggestion.Kind.ORGANISATION: gettext_lazy("Propose an organisation that is missing"),
    Suggestion.Kind.AGREEMENT: gettext_lazy("Propose an agreement that is missing"),
    Suggestion.Kind.EVENT: gettext_lazy("Propose an event that is missing"),
}


WHAT_TO_SAY = {
    Suggestion.Kind.ORGANISATION: gettext_lazy(
        "Its name, its country and what it does. In any of the three languages, up to 2,000 characters."
    ),
    Suggestion.Kind.AGREEMENT: gettext_lazy(
        "Who agreed on what, and since when. In any of the three languages, up to 2,000 characters."
    ),
    Suggestion.Kind.EVENT: gettext_lazy(
        "Its name, place and dates, and who organises it. In any of the three languages, up to 2,000 characters."
    ),
}


class SuggestionForm(OpenForm):
    """A correction; or, with the kind of record that is `missing`, what to put into the directory."""

    limit = "suggestion"

    text = Words(
        label=gettext_lazy("What is wrong or missing?"),
        help_text=gettext_lazy("In any of the three languages, up to 2,000 characters."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "class": "textarea"}),
        error_messages={"required": gettext_lazy("Say in a sentence what we should know.")},
    )
    source = Words(
        label=gettext_lazy("Source or link"),
        help_text=gettext_lazy("Where the team can read it: an address or a document."),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    name = Words(
        label=gettext_lazy("Your name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("So that we can answer you. Nobody else sees it."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )

    def __init__(self, *args, missing="", **kwargs):
        super().__init__(*args, **kwargs)
        if missing:
            self.fields["text"].label = _("What is missing?")
            self.fields["text"].help_text = WHAT_TO_SAY[missing]

    def clean_email(self):
        return self.cleaned_data["email"].lower()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request, kind, slug):
    """Of a published record; of one that was merged into another, of that one."""
    model = Suggestion.MODELS[kind]
    record = model.objects.published().filter(slug=slug).first()
    if record is None and model is Organisation:
        record = Organisation.objects.standing_for(slug)
    if record is None and request.method == "POST":
        return SuggestionForm(request.POST).not_taken(request)
    if record is None:
        raise Http404(_("There is no such page."))
    return suggest(request, kind, record)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def missing(request, kind):
    if kind not in MISSING:
        raise Http404(_("There is no such page."))
    return suggest(request, kind)


def suggest(request, kind, record=None):
    model = Suggestion.MODELS[kind]
    context = {
        "record": record,
        "called": "name" if model is Organisation else "title",
        "list": reverse(f"directory:{kind}s"),
        "list_name": _("Directory") if model is Organisation else capfirst(model._meta.verbose_name_plural),
        "heading": _("Suggest a correction") if record else MISSING[kind],
        "form": SuggestionForm(
            request.POST if request.method == "POST" else None, missing="" if record else kind
        ),
        "sent": request.method != "POST" and "sent" in request.GET,
    }
    if request.method != "POST":
        return render(request, "directory/suggestion.html", context)
    form = context["form"]
    if refusal := form.refused(request):
        problem, status = refusal
        return render(request, "directory/suggestion.html", {**context, "problem": problem}, status=status)
    Suggestion.objects.write(
        request.user,
        kind=kind,
        key=record.slug if record else "",
        language=get_language(),
        **{field.name: form.cleaned_data[field.name] for field in form.asked},
    )
    return redirect(f"{request.path}?sent")
