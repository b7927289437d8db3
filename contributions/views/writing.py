"""The pages where people write: from the first word to the final press. Whatever is posted is kept
before anything is judged."""

import uuid
from copy import copy

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from rest_framework.authentication import CSRFCheck

from contributions.form_parts import typed
from contributions.forms import ContributionForm
from contributions.models import (
    LATE_KEPT_DAYS,
    ChangesEnded,
    Contribution,
    Draft,
    Erased,
    NoRoom,
    Overtaken,
    OwnerLeft,
)
from contributions.models.sending import WORDS
from contributions.views.browser import drafts_of, hold, may_write
from contributions.views.form_page import asks_everything, form_of, late, page, shown_back
from contributions.views.rescue import TooMany, count_begun, rescue, take_back
from directory.inspection import Refused
from directory.text import time_of
from directory.vocabulary import once_a_version
from workinggroup.models import Call, CallQuestion

LANGUAGES = dict(settings.LANGUAGES)


@once_a_version
def published_calls():
    """`{slug: call}` with group and questions. What moves with the clock is read at each request."""
    calls = Call.objects.published().select_related("group").defer("loaded", "group__loaded")
    questions = Prefetch("questions", CallQuestion.objects.order_by("position", "pk"))
    return {call.slug: call for call in calls.prefetch_related(questions)}


def the_call(slug):
    call = published_calls().get(slug)
    if call is None:
        raise Http404
    try:
        return copy(call).as_of_now()
    except Call.DoesNotExist:
        raise Http404 from None


def csrf_problem(request):
    """Why the form's token is not valid, or None. Asked here and not by the middleware, so that what
    was typed into a page open for long can be shown back."""
    check = CSRFCheck(lambda _request: None)
    check.process_request(request)
    return check.process_view(request, None, (), {})


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def contribute(request, slug):
    """Begin a contribution. The key of the draft is drawn with the form, before anything is stored."""
    call = the_call(slug)
    if request.method == "POST":
        return receive(request, call, key_of(request.POST.get("draft")))
    begun = list(drafts_of(request).unsent().filter(call=call))
    if not call.takes(request.user):
        return render(
            request, "contributions/not_open.html", {"call": call, "group": call.group, "drafts": begun}
        )
    form = ContributionForm(call, user=request.user)
    return page(request, call, Draft(call=call), form, begun=begun)


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request, slug, key):
    """Go on with a draft; a stranger sees that there is none."""
    call = the_call(slug)
    if request.method == "POST":
        return receive(request, call, key)
    record = (
        drafts_of(request).filter(call=call, pk=key).select_related("contribution").first()
    )  # fmt: skip
    if record is None:
        if (
            Draft.objects.filter(pk=key, call=call).exclude(user=None).exists()
            and not request.user.is_authenticated
        ):
            return redirect(sign_in_address(reverse("contributions:draft", args=[slug, key])))
        raise Http404
    record.call = call
    if request.user.is_authenticated:
        try:
            record.claim(request.user)
            take_back(request, record)
        except (Draft.DoesNotExist, OwnerLeft) as gone:
            raise Http404 from gone
    return page(request, call, record, form_of(request, call, record, validate=False))


def key_of(text):
    """The key of a form; a fresh one when it is missing or malformed."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return uuid.uuid4()


def receive(request, call, key):
    """Take what was posted: keep it first, then do what was asked."""
    asked = request.POST.get("do", "save")
    names = ContributionForm.names_for(call)
    data, spoilt = typed(request.POST, names)
    if csrf_problem(request):
        return shown_back(request, call, key, data, _(
            "This page had been open for long, so nothing was saved or sent yet. Your text is below: please press the button again."
        ))  # fmt: skip
    try:
        draft = find_or_begin(request, call, key)
        if draft and draft.user_id and draft.user_id != request.user.pk:
            return rescued(request, call, draft, data, asked)
        if draft:
            return keep_and_act(request, call, draft, data, asked, spoilt)
    except TooMany:
        return shown_back(request, call, key, data, _(
            "Very many drafts were begun from this connection in the last hour, so this one was not saved. Your text is below: sign in and it is saved, or try again later."
        ), status=429)  # fmt: skip
    except (Draft.DoesNotExist, Contribution.DoesNotExist, Erased, OwnerLeft):
        return shown_back(request, call, key, data, _(
            "The draft was removed in the meantime, from another window or with your account. Nothing was sent; your text is below, to copy or to save anew."
        ), status=410)  # fmt: skip
    sentence = _("The call does not take contributions now. Nothing was saved; your text is below, to copy.")
    return shown_back(request, call, key, data, sentence)


def keep_and_act(request, call, draft, data, asked, spoilt):
    """Keep what was posted in its draft, then do what was asked."""
    if asked == "discard" and not draft.contribution_id:
        return discard(request, call, draft)
    if draft.contribution_id and not asks_everything(request):
        # After the closing only the words are asked; the rest stays as it was.
        data = {**draft.data, **{name: data[name] for name in WORDS}}
    overwritten = draft.keep(data, revision=number_of(request.POST.get("revision")))
    if draft.user_id is None:
        hold(request, draft)
    problems = attach(call, draft, request.FILES.getlist("files"))
    if asked == "autosave":
        return autosaved(request, call, draft, overwritten=overwritten)
    if overwritten:
        messages.warning(
            request,
            _("The draft had been saved from another window in between. That text is kept below the form."),
        )
    step, _colon, value = asked.partition(":")
    if step == "restore":
        # The text that was put by just now stands before those the page showed.
        restore_earlier(draft, (number_of(value) or 0) + overwritten)
        return redirect("contributions:draft", call.slug, draft.pk)
    return act(request, call, draft, asked, spoilt, problems)


def autosaved(request, call, draft, **more):
    """What `write.js` learns of a save."""
    zone = getattr(request.user, "time_zone", "") or call.time_zone
    address = reverse("contributions:draft", args=[call.slug, draft.pk])
    saved = {"saved": time_of(draft.saved_at, zone), "revision": draft.revision, "address": address}
    return JsonResponse({**saved, **more})


def act(request, call, draft, asked, spoilt, problems):
    """Do what the pressed button says, with the draft saved."""
    here = reverse("contributions:draft", args=[call.slug, draft.pk])
    step, _colon, value = asked.partition(":")
    if step == "remove":
        for file in draft.attachments.present().filter(pk=number_of(value) or 0):
            file.take_off()
        return redirect(f"{here}#attachments")
    if step == "switch" and value in LANGUAGES and not problems:
        return redirect(translate_url(here, value))
    if step == "submit":
        return submit(request, call, draft, spoilt, problems)
    if problems or spoilt or step == "preview":
        form = form_of(request, call, draft, validate=False)
        for name in spoilt:
            form.add_error(
                name, _("Characters that no text can hold were taken out. Please check what remains.")
            )
        preview = draft.data.get("text", "") if step == "preview" else None
        status = 400 if problems or spoilt else 200
        return page(request, call, draft, form, problems=problems, preview=preview, status=status)
    messages.success(request, _("The draft is saved."))
    return redirect(here)


def submit(request, call, draft, spoilt, problems):
    """Send the draft, after sign-in where that is still to come."""
    form = form_of(request, call, draft, validate=True, spoilt=spoilt)
    if draft.contribution and not call.takes_changes and form.errors.keys().isdisjoint(WORDS):
        # Of what was sent only the words can be changed now, if anything: what is wrong in the rest holds
        # nothing up, and stays in the draft.
        if form.errors:
            form = ContributionForm(
                call, draft.data, user=request.user, contribution=draft.contribution, whole=False
            )
        for problem in problems:
            messages.warning(request, problem)
        problems = ()
    complete = form.is_valid() and not problems
    # Too late comes before what is missing: the moderators see it, and its author can add to it.
    if not (complete and request.user.is_authenticated) and draft.comes_late(request.user):
        wrong = [error for found in form.errors.values() for error in found]
        return late(request, call, draft, [*wrong, *problems])
    if not complete:
        return page(request, call, draft, form, problems=problems, status=400)
    if not request.user.is_authenticated:
        address = reverse("contributions:draft", args=[call.slug, draft.pk])
        messages.info(
            request,
            _(
                "Your contribution is saved. To send it, sign in or create an account; you come back here and press “Send the contribution” once more."
            ),
        )
        return redirect(sign_in_address(f"{address}?last=1"))
    try:
        sent = draft.submit(request.user, form.for_model, base=number_of(request.POST.get("base")) or 0)
    except (Overtaken, ChangesEnded) as conflict:
        # As it is now, not as it was when the press came.
        draft.contribution = conflict.contribution
        return page(request, call, draft, form, conflict=conflict, status=409)
    if sent.contribution is None:
        return late(request, sent.call, draft)
    address = reverse("contributions:mine", args=[sent.contribution.reference])
    return redirect(f"{address}?sent={draft.pk}")


def find_or_begin(request, call, key):
    """The draft of this key, or a new one; None when the call is not open and has not been lately."""
    # What it holds is about to be replaced. One statement says whether the key is taken: between two,
    # the other of two presses would take it, and this one would begin a second draft.
    draft = Draft.objects.filter(pk=key).defer("data", "earlier").first()
    begun_elsewhere = draft and draft.user_id is None and not may_write(request, draft)
    if draft and (draft.call_id != call.pk or begun_elsewhere):
        # Of another call, or begun in another browser, and nothing says that this is the same person.
        draft, key = None, uuid.uuid4()
    if draft:
        draft.call = call
        if request.user.is_authenticated:
            draft.claim(request.user)
        return draft
    if not (call.takes(request.user) or closed_lately(call)):
        return None
    count_begun(request)
    return Draft(pk=key, call=call, user=request.user if request.user.is_authenticated else None)


def closed_lately(call):
    """Whether a form of the call may still be open somewhere, and its text be kept as late."""
    return (
        bool(call.closes_at)
        and call.closes_at <= call.now
        and (call.now - call.closes_at).days < LATE_KEPT_DAYS
    )


def rescued(request, call, draft, data, asked):
    """What arrived for a draft of somebody who is not signed in any more is kept; then, sign in. `write.js`
    is told so, and goes on saving into the copy until its writer does."""
    kept = rescue(request, call, draft, data)
    here = reverse("contributions:draft", args=[call.slug, draft.pk])
    if asked == "autosave" and request.user.is_authenticated:
        return autosaved(request, call, kept)
    if asked == "autosave":
        sentence = _("You are signed out. What you write is kept with us until you sign in again.")
        return JsonResponse({"kept": sentence, "sign_in": _("Sign in"), "address": sign_in_address(here)})
    for problem in attach(call, kept, request.FILES.getlist("files")):
        messages.warning(request, problem)
    if request.user.is_authenticated:
        return redirect("contributions:draft", call.slug, kept.pk)
    return redirect(sign_in_address(here))


def sign_in_address(address):
    """Where one signs in and then comes to `address`."""
    return f"{reverse('account_login')}?{urlencode({'next': address})}"


def restore_earlier(draft, number):
    if number < len(draft.earlier):
        text = draft.earlier.pop(number)
        present = {"saved_at": draft.saved_at.isoformat(), "data": draft.data}
        draft.earlier = [present, *draft.earlier]
        draft.keep(text["data"])


def discard(request, call, draft):
    Draft.objects.filter(pk=draft.pk).discard()
    messages.success(request, _("The draft is removed."))
    return redirect(call.get_absolute_url())


def attach(call, draft, files):
    """Add the files that may be added; return a sentence for each that may not."""
    problems = []
    for file in files:
        try:
            draft.attach(file, call)
        except (Refused, NoRoom) as problem:
            problems.append(str(problem))
    return problems


def number_of(text):
    """A small number that was posted, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
