"""A person's own contributions: what they sent, what became of it, and what they may do now."""

from contextlib import suppress
from copy import copy

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from contributions.comparison import further_fields
from contributions.forms import ContributionForm
from contributions.models import CoAuthor, Contribution, Draft, Erased, NotAllowed, StepTaken
from contributions.models.sending import not_taken
from contributions.views.writing import published_calls
from directory.models import Organisation
from workinggroup.models import Call, HubNow, LateAccess


@never_cache
@login_required
@require_safe
def everything(request):
    """Drafts and contributions of the signed-in person."""
    drafts = Draft.objects.editable_by(request.user).unsent().select_related("call__group")
    sent = (
        Contribution.objects.of(request.user)
        .without_bulk()
        .select_related("call__group")
        .order_by("-received_at")
    )
    shared = (
        Contribution.objects.shared_with(request.user)
        .without_bulk()
        .select_related("call__group")
        .order_by("-received_at")
    )
    represented = Organisation.objects.filter(representatives__user=request.user).rows()
    on_behalf = Contribution.objects.published().filter(organisation__in=represented).without_bulk()
    return render(
        request,
        "contributions/all_mine.html",
        {
            "drafts": drafts,
            "sent": sent,
            "shared": shared,
            "late_calls": late_calls(request.user),
            "on_behalf": on_behalf.select_related("organisation"),
        },
    )


def late_calls(user):
    """The closed calls to which `user` has late access."""
    given = LateAccess.objects.valid_for(user, HubNow()).values("call")
    calls = Call.objects.published().with_state().filter(pk__in=given, state=Call.State.CLOSED)
    return calls.select_related("group").defer("loaded", "group__loaded")


def call_of(record):
    """The call of a contribution as of now, with its group."""
    for call in published_calls().values():
        if call.pk == record.call_id:
            return copy(call).as_of_now()
    # Withdrawn meanwhile: its contributions stay their authors'.
    calls = Call.objects.with_state().select_related("group").defer("loaded", "group__loaded")
    return calls.get(pk=record.call_id)


def own(request, reference):
    """The contribution if the signed-in person may read it as author or co-author."""
    organisation = Prefetch("organisation", Organisation.objects.rows())
    records = Contribution.objects.without_search().prefetch_related(organisation).filter(reference=reference)
    # Whose co-author somebody is takes far longer to ask, and nearly all who read this are its authors.
    record = records.of(request.user).first() or get_object_or_404(records.shared_with(request.user))
    record.call = call_of(record)
    return record, record.author_id == request.user.pk


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request, reference):
    """The receipt, the state, the decisions and their reasons; the author may withdraw and undo."""
    record, is_author = own(request, reference)
    if request.method == "POST":
        if not is_author:
            raise Http404
        return change(request, record)
    # What nobody wrote here, such as the demonstration's, has none.
    draft = Draft.objects.filter(contribution=record).values_list("pk", flat=True).first()
    # Right after sending, the receipt alone: many press in the last minute of a call.
    sent = request.GET.get("sent", "")
    return render(
        request,
        "contributions/mine.html",
        {
            "contribution": record,
            "draft": draft,
            "call": record.call,
            "group": record.call.group,
            "is_author": is_author,
            "sent": sent,
            "steps": StepTaken.objects.filter(contribution=record).order_by("pk"),
            "may_change": is_author and record.takes_changes and draft,
            "may_withdraw": is_author and record.state in ("received", "returned", "published"),
            "may_restore": is_author and record.may_restore(request.user),
            "answers": [] if sent else answers_of(record),
            "not_taken": changes_not_taken(record, draft) if is_author and draft else [],
        },
    )


def changes_not_taken(record, key):
    """What the author changed apart from title, summary and text and sent when only those could be
    taken, as the rows of a comparison: it stays in the draft."""
    if record.takes_whole_changes:
        return []
    draft = Draft.objects.get(pk=key)
    form = ContributionForm(record.call, draft.data, user=record.author, contribution=record)
    wrong = form.as_typed
    return further_fields(*not_taken(record, draft, form.for_model, wrong), record.call.questions.all())


def answers_of(record):
    """`[(question, answer)]` of what was answered."""
    questions = {str(question.pk): question for question in record.call.questions.all()}
    return [(questions[key], text) for key, text in record.answers.items() if key in questions]


def change(request, record):
    asked = request.POST.get("do")
    try:
        if asked == "withdraw":
            record.withdraw(by=request.user)
            messages.success(request, _("Your contribution is withdrawn and no longer public."))
        elif asked == "restore" and record.may_restore(request.user):
            record.restore(by=request.user)
            messages.success(request, _("The withdrawal is undone."))
        else:
            raise NotAllowed(asked)
    except Erased:
        messages.error(request, _("This contribution is no longer there. Nothing was done."))
        return redirect("contributions:all_mine")
    except NotAllowed:
        messages.error(request, _("This is no longer possible: the state has changed. Nothing was done."))
    return redirect("contributions:mine", record.reference)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def co_author(request, token):
    """The page that the mail to a co-author leads to."""
    person = get_object_or_404(
        CoAuthor.objects.select_related("contribution__call__group", "contribution__author"), token=token
    )
    if person.contribution.state == Contribution.State.WITHDRAWN:
        raise Http404
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer == "confirm" and request.POST.get("name", person.name) != person.name:
            messages.warning(
                request, _("You are named otherwise by now, so nothing was recorded. Please read it again.")
            )
        elif answer in ("confirm", "decline"):
            person.answer(answer == "confirm", user=request.user)
            messages.success(
                request, _("Thank you. Your answer is recorded; you can change it here at any time.")
            )
        return redirect("contributions:co_author", token)
    return render(
        request, "contributions/co_author.html", {"person": person, "contribution": person.contribution}
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def disown(request, reference):
    """A representative says that the organisation does not stand behind a published contribution."""
    record = get_object_or_404(
        Contribution.objects.published()
        .select_related("organisation", "author", "call__group")
        .filter(organisation__representatives__user=request.user),
        reference=reference,
    )
    if request.method == "POST":
        # Somebody else who speaks for it may have been first: then it is done as well.
        with suppress(NotAllowed):
            record.disown(by=request.user)
        messages.success(request, _("The name of the organisation is taken off the contribution."))
        return redirect(record.get_absolute_url())
    return render(request, "contributions/disown.html", {"contribution": record})
