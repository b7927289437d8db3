"""One step about several contributions, after a page that lists each with the version to judge."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpResponseRedirect as redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contributions.admin.steps import OFFERED, ManyForm
from contributions.models import TRANSITIONS, Contribution, Erased, Overtaken, OwnContribution, Step
from directory.admin import name_of
from workinggroup.models import HubNow

MOST_AT_ONCE = 200
GONE = gettext_lazy("It is no longer there: its author has left and taken it along.")
NOT_WAITING = gettext_lazy("It waits here no longer: its author has removed it or sent it meanwhile.")


@admin.action(description=gettext_lazy("Publish the chosen contributions"), permissions=["change"])
def publish(model_admin, request, queryset):
    return decide(model_admin, request, queryset, Step.PUBLISH)


@admin.action(description=gettext_lazy("Return the chosen contributions for changes"), permissions=["change"])
def return_for_changes(model_admin, request, queryset):
    return decide(model_admin, request, queryset, Step.RETURN)


@admin.action(description=gettext_lazy("Decline the chosen contributions"), permissions=["change"])
def decline(model_admin, request, queryset):
    return decide(model_admin, request, queryset, Step.DECLINE)


def chosen(model_admin, request, queryset):
    """The contributions that were ticked, whatever became of them since: those no longer in the list
    are to be reported, not passed over."""
    across = request.POST.get("select_across") == "1" and "confirmed" not in request.POST
    keys = (
        list(queryset.values_list("pk", flat=True)) if across else request.POST.getlist(ACTION_CHECKBOX_NAME)
    )
    return (
        model_admin.get_queryset(request)
        .filter(pk__in=keys)
        .select_related("call__group", "author", "organisation")
        .order_by("received_at", "pk")
    )


def decide(model_admin, request, queryset, step):
    """The page that asks, and then the decisions: each stands or falls by itself."""
    records = list(chosen(model_admin, request, queryset)[: MOST_AT_ONCE + 1])
    if len(records) > MOST_AT_ONCE:
        sentence = _("At most %(count)s contributions at once. Nothing was done.")
        model_admin.message_user(request, sentence % {"count": MOST_AT_ONCE}, messages.WARNING)
        return None
    if not records:
        model_admin.message_user(request, _("No contribution was chosen."), messages.WARNING)
        return None
    now = Contribution.objects.annotate(now=HubNow()).values_list("now", flat=True)[:1].get()
    confirmed = "confirmed" in request.POST
    form = ManyForm(step, request.POST if confirmed else None, now=now)
    if not confirmed or not form.is_valid():
        return asked(model_admin, request, step, records, form, status=400 if confirmed else 200)
    moved, left = [], []
    for record in records:
        problem = judged(request, step, record, form)
        if problem:
            left.append({"record": record, "problem": problem})
        else:
            moved.append(record)
    if moved:
        model_admin.message_user(request, sentence_about(step, moved), messages.SUCCESS)
    if not left:
        return redirect(request.get_full_path())
    reason = form.cleaned_data.get("reason", "")
    return page(model_admin, request, step, left=left, kept=reason, status=200 if moved else 409)


def judged(request, step, record, form):
    """Take the step on one; return why it was not taken, or nothing."""
    version = request.POST.get(f"version-{record.pk}", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return _("The page did not say which version was read.")
    until = form.until_in(record.call.time_zone)
    if until and until <= form.now:
        # Over by the clocks of this call, though not everywhere.
        return _("This day is over; choose a later one.")
    language = record.author.language if record.author else record.language
    try:
        record.judge(
            step,
            by=request.user,
            version=int(version),
            reason=form.reason_in(language) if "reason" in form.fields else "",
            edit_until=until,
        )
    except OwnContribution:
        return _("You wrote it: somebody else must decide.")
    except Overtaken as error:
        return overtaken(error)
    except Erased:
        return str(GONE)
    return ""


def overtaken(error):
    """Who was first with what, in a sentence."""
    last = error.last
    if error.text_changed:
        what = _("The author sent version %(version)s meanwhile.") % {"version": error.contribution.version}
    else:
        what = _("It is not waiting any more: %(state)s.") % {"state": error.contribution.get_state_display()}
    if last:
        what += " " + _("%(who)s, %(at)s UTC: %(step)s.") % {
            "who": name_of(last.by),
            "at": f"{last.at:%Y-%m-%d %H:%M}",
            "step": last.get_step_display(),
        }
    return what


def sentence_about(step, records):
    references = ", ".join(record.reference for record in records)
    count = len(records)
    sentences = {
        Step.PUBLISH: ngettext(
            "%(count)s contribution published: %(references)s.",
            "%(count)s contributions published: %(references)s.",
            count,
        ),
        Step.RETURN: ngettext(
            "%(count)s contribution returned for changes: %(references)s.",
            "%(count)s contributions returned for changes: %(references)s.",
            count,
        ),
        Step.DECLINE: ngettext(
            "%(count)s contribution declined: %(references)s.",
            "%(count)s contributions declined: %(references)s.",
            count,
        ),
    }
    return sentences[step] % {"count": count, "references": references}


def asked(model_admin, request, step, records, form, status):
    """The page before: what will be judged, and what is left out and why."""
    possible = [record for record in records if record.state in TRANSITIONS[step][0] and not record.is_own]
    left = [
        {
            "record": record,
            "problem": _("You wrote it: somebody else must decide.")
            if record.is_own
            else _("Its state does not allow this step: %(state)s.") % {"state": record.get_state_display()},
        }
        for record in records
        if record not in possible
    ]
    return page(model_admin, request, step, records=possible, form=form, left=left, status=status)


def gone(model_admin, request, step, record, kept):
    """The step was asked of one that its author has taken along meanwhile, or of a late draft (`record` None)
    that waits no longer; the second answer is also that to strangers, for whom there never was one."""
    left = [{"record": record, "problem": GONE if record else NOT_WAITING}]
    back = reverse(f"admin:contributions_{model_admin.opts.model_name}_changelist")
    return page(model_admin, request, step, left=left, kept=kept, back=back, status=410 if record else 404)


def page(model_admin, request, step, *, records=(), form=None, left=(), kept="", back="", status):
    context = {
        **model_admin.admin_site.each_context(request),
        "title": OFFERED[step],
        "opts": model_admin.opts,
        "step": step,
        "action": request.POST.get("action"),
        "records": records,
        "form": form,
        "left": left,
        "kept": kept,
        "checkbox": ACTION_CHECKBOX_NAME,
        "back": back or request.get_full_path(),
    }
    return TemplateResponse(request, "admin/contributions/many.html", context, status=status)
