"""The admin of calls: their times, by the clocks of their own zone and through one door."""

from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms.models import BaseInlineFormSet
from django.http import Http404
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.admin import TranslationStackedInline

from directory import text as words
from directory.models import NotAllowed
from workinggroup import mail, models
from workinggroup.admin.groups import BY_GROUP, OfGroupAdmin
from workinggroup.forms import InstantField, zone_choices, zone_of

TIMES = {"opens_at", "closes_at", "time_zone", "dates_unknown"}
ACCEPTED = [
    ("text", gettext_lazy("a text")),
    ("link", gettext_lazy("links")),
    ("attachment", gettext_lazy("attached files")),
]


def in_words(moment, zone):
    """An instant in the zone it is official in, as staff read it."""
    if not moment:
        return "—"
    at = words.instant(moment, zone)
    return _("%(date)s at %(time)s, %(zone)s (%(offset)s)") % {
        "date": at["date"],
        "time": at["time"],
        "zone": at["iana"],
        "offset": at["offset"],
    }


class CallState(admin.SimpleListFilter):
    """The state that follows from the call's instants and the database's clock."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*models.Call.State.choices, ("soon", gettext_lazy("Closes within a week"))]

    def queryset(self, request, queryset):
        if self.value() == "soon":
            return queryset.closing_soon()
        if self.value() in models.Call.State.values:
            return queryset.filter(state=self.value())
        return queryset


class Seen:
    """The times a form was opened on: `(opens, closes, zone)`, carried through the form as text, so
    that a change by somebody else in between is noticed."""

    def __init__(self, opens_at, closes_at, zone):
        self.opens_at, self.closes_at, self.zone = opens_at, closes_at, zone

    @classmethod
    def of(cls, call):
        return cls(call.opens_at, call.closes_at, call.time_zone)

    @classmethod
    def read(cls, text):
        """What `str()` wrote, or None."""
        try:
            opens_at, closes_at, zone = text.split(" ")
            return cls(
                *(datetime.fromisoformat(part) if part != "-" else None for part in (opens_at, closes_at)),
                zone,
            )
        except ValueError:
            return None

    def __str__(self):
        instants = (moment.isoformat() if moment else "-" for moment in (self.opens_at, self.closes_at))
        return " ".join([*instants, self.zone])

    def __eq__(self, other):
        return str(self) == str(other)

    __hash__ = None

    def in_words(self):
        return _("opens %(opens)s; closes %(closes)s") % {
            "opens": in_words(self.opens_at, self.zone),
            "closes": in_words(self.closes_at, self.zone) if self.closes_at else _("until further notice"),
        }


class CallForm(forms.ModelForm):
    """Times are read by the clocks of the call's zone. They change only when somebody typed others,
    and only on top of the times that this person saw."""

    opens_at = InstantField(label=gettext_lazy("Opens"), required=False)
    closes_at = InstantField(
        label=gettext_lazy("Closes"),
        required=False,
        help_text=gettext_lazy(
            "The first instant that is too late. A day that ends at midnight closes at 00:00 of the next day, or at 23:59. Empty: open until further notice."
        ),
    )
    edit_until = InstantField(
        label=gettext_lazy("Changes until"),
        required=False,
        help_text=gettext_lazy("Until when authors may change what they sent. Empty: until the call closes."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Official time zone"),
        choices=zone_choices,
        help_text=gettext_lazy("All times of this page are by the clocks of this zone."),
    )
    accepts = forms.MultipleChoiceField(
        label=gettext_lazy("Accepts"),
        required=False,
        choices=ACCEPTED,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds accepted"),
        required=False,
        choices=models.ContributionKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages accepted"),
        required=False,
        choices=models.Call._meta.get_field("languages").base_field.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    # Whether other times were typed than those that were seen; `clean` finds out.
    times_changed = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        call = self.instance
        if call.time_zone not in dict(self.fields["time_zone"].choices):
            self.fields["time_zone"].choices = [
                (call.time_zone, call.time_zone), *self.fields["time_zone"].choices
            ]  # fmt: skip
        self.stored = Seen.of(call)
        self.seen = Seen.read(self.data.get(self.add_prefix("seen"), "")) or self.stored
        self.initial["seen"] = str(self.stored)
        zone = zone_of(self.data.get(self.add_prefix("time_zone")), call.time_zone)
        for name in ("opens_at", "closes_at", "edit_until"):
            self.fields[name].zone = zone
            if zone == self.seen.zone:
                self.fields[name].keep = getattr(self.seen, name, call.edit_until)

    def clean(self):
        cleaned = super().clean()
        if not self.instance.pk or not {"opens_at", "closes_at", "time_zone"} <= set(cleaned):
            return cleaned
        typed = Seen(cleaned["opens_at"], cleaned["closes_at"], cleaned["time_zone"])
        if self.stored_unknown and cleaned.get("dates_unknown"):
            return cleaned
        if cleaned.get("dates_unknown"):
            self.add_error("dates_unknown", _("The times of this call are known; they can be changed only."))
            return cleaned
        self.times_changed = typed != self.seen or self.stored_unknown
        if self.times_changed:
            self.refuse_if_overtaken(typed)
        return cleaned

    @property
    def stored_unknown(self):
        """Whether the call's dates were not known when the form was read."""
        return self.initial.get("dates_unknown", False)

    def refuse_if_overtaken(self, typed):
        """Hold the call's times still until they are saved; when they are no longer those that were
        seen, say so, and let the next press be a decision on top of the present ones."""
        present = Seen.of(self.instance.held())
        if present == self.seen:
            return
        change = self.instance.changes.select_related("by").first()
        who = (change and change.by and change.by.display_name) or _("Somebody")
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = str(present)
        raise forms.ValidationError(
            _(
                "%(who)s changed the times since you opened this page. Now: %(present)s. You wrote: %(typed)s. "
                "Nothing was saved. Save again to put yours in their place."
            )
            % {"who": who, "present": present.in_words(), "typed": typed.in_words()},
            code="overtaken",
        )


class CallQuestionInline(TranslationStackedInline):
    model = models.CallQuestion
    extra = 0
    fields = ["text", "required", "max_words", "position"]

    def has_delete_permission(self, request, obj=None):
        """What was asked while the call was open may have been answered: the question stays."""
        asked = obj is not None and obj.pk and obj.state != models.Call.State.SCHEDULED
        return not asked and super().has_delete_permission(request, obj)


class LateAccessFormSet(BaseInlineFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        zone = zone_of((self.data or {}).get("time_zone"), self.instance.time_zone)
        if "until" in form.fields:
            form.fields["until"].zone = zone
            form.fields["until"].keep = form.instance.until


class LateAccessForm(forms.ModelForm):
    until = InstantField(label=gettext_lazy("Until"))


class LateAccessInline(admin.StackedInline):
    model = models.LateAccess
    form = LateAccessForm
    formset = LateAccessFormSet
    extra = 0
    fields = ["email", "until", "reason", "granted_by"]
    classes = ["collapse"]
    readonly_fields = ["granted_by"]


@admin.register(models.Call)
class CallAdmin(OfGroupAdmin):
    form = CallForm
    change_form_template = "admin/workinggroup/call/change_form.html"
    list_display = ["__str__", "group", "state", "opens", "closes", "publication"]
    list_filter = ["publication", CallState, "dates_unknown", BY_GROUP]
    list_select_related = ["group", "meeting"]
    search_fields = [
        "slug", "title_es", "title_fr", "title_en", "group__title_es", "group__title_fr", "group__title_en"
    ]  # fmt: skip
    autocomplete_fields = ["group", "meeting"]
    inlines = [CallQuestionInline, LateAccessInline]
    readonly_fields = [*OfGroupAdmin.readonly_fields, "state_now", "changes_so_far"]
    # The times are never overwritten: see `CallForm.seen`.
    compared_elsewhere = TIMES | {"seen"}

    def get_fieldsets(self, request, obj=None):
        times = ["state_now", "time_zone", "opens_at", "closes_at", "dates_unknown", "grace_minutes"]
        return self._patch_fieldsets(
            [
                (None, {"fields": ["group", "meeting", "slug", "publication", "basis"]}),
                (_("Times"), {"fields": [*times, "edit_until", "changes_so_far", "seen"]}),
                (_("What readers see"), {"fields": ["title", "text", "notice", "consent", "licence"]}),
                (
                    _("What may be sent"),
                    {
                        "fields": ["accepts", "kinds", "languages", ("min_words", "max_words"),
                                   ("max_files", "max_file_mb")]
                    },
                ),
                (
                    _("Where this entry comes from"),
                    {
                        "classes": ["collapse"],
                        "fields": ["confidence", "sources", "note", "provenance", "created_at", "updated_at"],
                    },
                ),
            ]
        )  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).with_state()

    def get_urls(self):
        now = path(
            "<path:object_id>/now/", self.admin_site.admin_view(self.now_view), name="workinggroup_call_now"
        )
        return [now, *super().get_urls()]

    @admin.display(description=gettext_lazy("state"))
    def state(self, record):
        return models.Call.State(record.state).label

    @admin.display(description=gettext_lazy("opens"), ordering="opens_at")
    def opens(self, record):
        return in_words(record.opens_at, record.time_zone)

    @admin.display(description=gettext_lazy("closes"), ordering="closes_at")
    def closes(self, record):
        if record.opens_at and not record.closes_at:
            return _("until further notice")
        return in_words(record.closes_at, record.time_zone)

    @admin.display(description=gettext_lazy("state"))
    def state_now(self, record):
        """The state, and the instants as people elsewhere read them."""
        if not record.pk:
            return _("It follows from the times and the clock of the database.")
        times = Seen.of(record)
        if record.dates_unknown:
            return models.Call.State(record.state).label
        return format_html(
            "<strong>{}</strong><br>{}<br>{}",
            models.Call.State(record.state).label,
            times.in_words(),
            _("The clock says: %(now)s.") % {"now": in_words(record.now, record.time_zone)},
        )

    @admin.display(description=gettext_lazy("changes so far"))
    def changes_so_far(self, record):
        """The old and new instants of every change, as kept by `reschedule`."""
        if not record.pk:
            return "—"
        rows = [
            {
                "kind": change.get_kind_display(),
                "at": in_words(change.at, record.time_zone),
                "who": (change.by and change.by.display_name) or "—",
                "before": Seen(change.old_opens_at, change.old_closes_at, record.time_zone).in_words(),
                "after": Seen(change.new_opens_at, change.new_closes_at, record.time_zone).in_words(),
            }
            for change in record.changes.select_related("by")
        ]
        return render_to_string("admin/workinggroup/call/_changes.html", {"changes": rows})

    # Saving.

    def save_model(self, request, obj, form, change):
        """Write the fields that changed, and never the times; those go through `reschedule`."""
        if not change:
            return super().save_model(request, obj, form, change)
        columns = {field.name for field in obj._meta.concrete_fields}
        changed = set(form.changed_data) & columns - TIMES
        if form.times_changed and obj.time_zone != form.stored.zone:
            changed.add("time_zone")
        if changed:
            obj.save(update_fields=[*changed, "updated_at"])
        if form.times_changed:
            obj.reschedule(opens_at=obj.opens_at, closes_at=obj.closes_at, by=request.user)
        elif form.seen != form.stored:
            self.message_user(
                request,
                _("Somebody changed the times meanwhile; they stay as they are now: %(present)s.")
                % {"present": form.stored.in_words()},
                messages.WARNING,
            )

    def save_formset(self, request, form, formset, change):
        """Whoever gives late access is named with it, and whoever gets it is told."""
        if formset.model is models.LateAccess:
            for access in formset.save(commit=False):
                if access.granted_by_id is None:
                    access.granted_by = request.user
                access.save()
                mail.late_access(access)
            for access in formset.deleted_objects:
                access.delete()
            return
        super().save_formset(request, form, formset, change)

    def now_view(self, request, object_id):
        """Open or close at this instant, after a page that says what that means."""
        call = self.get_object(request, unquote(object_id))
        if call is None:
            raise Http404
        if not self.has_change_permission(request, call):
            raise PermissionDenied
        step = {"scheduled": "open", "open": "close"}.get(call.state, "")
        back = reverse("admin:workinggroup_call_change", args=[call.pk])
        if request.method != "POST":
            if not step:
                return redirect(back)
            context = {
                **self.admin_site.each_context(request),
                "title": _("Open now") if step == "open" else _("Close now"),
                "opts": self.opts,
                "original": call,
                "step": step,
                "times": Seen.of(call).in_words(),
            }
            return TemplateResponse(request, "admin/workinggroup/call/now.html", context)
        steps = {"open": call.open_now, "close": call.close_now}
        said, level = _("The call stays as it is: its state does not allow this step."), messages.WARNING
        done = {"open": _("The call is open from now on."), "closed": _("The call is closed.")}
        asked = request.POST.get("do")
        try:
            moved = steps[asked](by=request.user)
        except (KeyError, NotAllowed):
            state = models.Call.objects.with_state().get(pk=call.pk).state
            if state == {"open": "open", "close": "closed"}.get(asked):
                # By the first of two presses, or by somebody else.
                said, level = done[state], messages.SUCCESS
        else:
            self.log_change(request, call, str(moved.get_kind_display()))
            said, level = done["open" if asked == "open" else "closed"], messages.SUCCESS
        self.message_user(request, said, level)
        return redirect(back)
