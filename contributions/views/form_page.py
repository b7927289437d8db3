"""What a writer is shown: the form with everything around it, what came too late, and what could not be
kept."""

from datetime import datetime

from django.forms.utils import ErrorDict
from django.shortcuts import render
from django.utils.translation import ngettext

from contributions.form_parts import Typed
from contributions.forms import ContributionForm
from contributions.models import ANONYMOUS_DAYS, Draft
from contributions.views.browser import mark
from directory.inspection import accept_attribute, kinds_in_words
from directory.templatetags.hub import markdown

OWN_NAMES = {"es": "español", "fr": "français", "en": "English"}


def form_of(request, call, draft, *, validate, spoilt=()):
    """The form over what the draft holds. Without `validate` it shows the text and no errors."""
    record = draft.contribution
    whole = record is None or call.takes_changes or asks_everything(request)
    form = ContributionForm(
        call, draft.data, user=request.user, contribution=record, whole=whole, spoilt=spoilt
    )
    if not validate:
        form._errors, form.cleaned_data = ErrorDict(), {}
    return form


def asks_everything(request):
    """Whether the form that was posted, perhaps before the closing, asked for more than the words."""
    return "kind" in request.POST


def page(
    request, call, draft, form, *, status=200, problems=(), preview=None, conflict=None, begun=(), notice=""
):
    """The form with everything around it."""
    record = draft.contribution
    stored = not draft._state.adding
    may_send = record.takes_changes if with_call(record, call) else bool(call.takes(request.user))
    errors = [
        {"id": name, "text": error}
        for name, found in form.errors.items()
        if name != "__all__"
        for error in found
    ] + [{"id": "files", "text": problem} for problem in problems]
    return render(
        request,
        "contributions/contribute.html",
        {
            "call": call,
            "group": call.group,
            "draft": draft,
            "stored": stored,
            "drawn": "" if stored else mark(request, draft.pk),
            "form": form,
            "errors": errors,
            "error_count": ngettext("There is %(count)s problem", "There are %(count)s problems", len(errors))
            % {"count": len(errors)},
            "file_problems": problems,
            "attachments": list(draft.attachments.present()) if stored else [],
            "lost_files": [file.name for file in request.FILES.getlist("files")] if notice else [],
            "accept": accept_attribute(),
            "file_kinds": kinds_in_words(),
            "preview": markdown(preview) if preview is not None else None,
            "conflict": conflict,
            "begun": begun,
            "notice": notice,
            "contribution": record,
            "language_form": True,
            "base": record.version if record else 0,
            "may_send": may_send,
            "anonymous_days": ANONYMOUS_DAYS,
            "last": "last" in request.GET and request.user.is_authenticated,
            "earlier": [
                {
                    "number": number,
                    "saved_at": datetime.fromisoformat(kept["saved_at"]),
                    "title": kept["data"].get("title", ""),
                }
                for number, kept in enumerate(draft.earlier)
            ],
            "languages": [{"code": code, "name": name} for code, name in OWN_NAMES.items()],
        },
        status=status,
    )


def with_call(record, call):
    """The contribution with its call as the page knows it; None without one."""
    if record:
        record.call = call
    return record


def late(request, call, draft, problems=()):
    """It came after the closing, or before an opening that was moved: not submitted, and nothing lost.
    `problems`: what else is wrong with it."""
    return render(
        request,
        "contributions/late.html",
        {
            "call": call,
            "group": call.group,
            "draft": draft,
            "text": Typed(draft.data),
            "problems": problems,
        },
        status=409,
    )


def shown_back(request, call, key, data, sentence, *, status=403):
    """What cannot be stored is shown back, whole."""
    draft = Draft(pk=key, call=call, data=data)
    form = form_of(request, call, draft, validate=False)
    return page(request, call, draft, form, notice=sentence, status=status)
