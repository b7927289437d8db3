"""Two people with one record open in the administration: the second to save is told of what the first
changed, and overwrites it only by saving once more."""

from hashlib import sha256

from django import forms
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, transaction
from django.forms import model_to_dict
from django.utils.translation import gettext as _

from directory.admin.history import RecordedAdmin
from directory.text import instant


class Overtaken:
    """For a form whose record somebody else saved since the page was opened: nothing is saved, what was
    typed stays, and each field that differs says what stands in the record now."""

    overtaken = ""

    def clean(self):
        cleaned = super().clean()
        self.add_error(None, self.overtaken)
        for name in self.changed_data:
            now = in_words(self.fields[name], self.get_initial_for_field(self.fields[name], name))
            self.add_error(name, _("In the record now: %s") % (now or "–"))
        return cleaned


def in_words(field, value):
    """A field's value as people read it."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(map(str, value or ()))
    if isinstance(field, forms.ModelChoiceField):
        return field.queryset.filter(pk=value).first()
    if isinstance(field, forms.ChoiceField):
        return dict(field.choices).get(value, value)
    return field.prepare_value(value)


class NotOverwrittenAdmin(RecordedAdmin):
    """Nobody overwrites what somebody else saved since the page was opened without having seen it."""

    # What the form of a model looks after by itself.
    compared_elsewhere = frozenset()

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return self.one_at_a_time(request, object_id, form_url, extra_context)
        except IntegrityError:
            # Somebody, or the first press of the same button, saved the like a moment before: by now the form
            # finds it, and says so.
            return self.one_at_a_time(request, object_id, form_url, extra_context)

    def one_at_a_time(self, request, object_id, form_url, extra_context):
        with transaction.atomic():
            record = self.get_object(request, unquote(object_id)) if object_id else None
            if record and request.method == "POST":
                # Of two who save at once the second waits here, and finds what the first saved.
                self.model._base_manager.select_for_update().only("pk").get(pk=record.pk)
                record = self.get_object(request, unquote(object_id))
            if record and self.has_change_permission(request, record):
                shown = self.shown(request, record)
                if request.POST.get("shown", shown) != shown and not self.is_there(request, record):
                    request.overtaken = self.overtaken(request, record)
                extra_context = {**(extra_context or {}), "shown": shown}
            return super().changeform_view(request, object_id, form_url, extra_context)

    def is_there(self, request, record):
        """Whether the record and its parts hold all that is sent, as at the second of two presses."""
        form = self.get_form(request, record, change=True)(request.POST, request.FILES, instance=record)
        formsets, _inlines = self._create_formsets(request, record, change=True)
        return not any(part.has_changed() for part in (form, *formsets))

    def shown(self, request, record):
        """What the page shows of the record and of its parts, in short: another text when any of it
        is changed."""
        fields = set(self.get_form(request, record, change=True).base_fields) - self.compared_elsewhere
        values = [plain(record, fields)]
        for formset, inline in self.get_formsets_with_inlines(request, record):
            rows = inline.get_queryset(request).filter(**{formset.fk.name: record}).order_by("pk")
            values += [(row.pk, plain(row, formset.form.base_fields)) for row in rows]
        return sha256(repr(values).encode()).hexdigest()[:32]

    def overtaken(self, request, record):
        """Who saved it, when, and what they changed, as far as the history says."""
        kept = self.changes(request, record) if hasattr(record, "history") else []
        told = _(
            "Nothing of yours is saved yet. What you typed stands in the form, and beside each field that differs, what is in the record now. Save once more to let yours stand."
        )
        if not kept:
            return _("Somebody saved this record after you had opened it.") + " " + told
        last = kept[0]
        at = instant(last["at"], request.user.time_zone)
        what = (
            ", ".join(str(name) for name, _old, _new in last["fields"])
            or last["part"]
            and last["part"][1]
            or record
        )
        who = last["who"] or _("Somebody")
        first = _("%(who)s saved this record on %(date)s at %(time)s, after you had opened it (%(what)s).")
        values = {"who": who, "date": at["date"], "time": at["seconds"], "what": what}
        return first % values + " " + told

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if sentence := getattr(request, "overtaken", ""):
            return type(form)(form.__name__, (Overtaken, form), {"overtaken": sentence})
        return form


def plain(record, fields):
    """The values of a record's fields, those chosen of other tables by their keys."""
    values = model_to_dict(record, fields)
    return {
        name: sorted(one.pk for one in value) if isinstance(value, list) and chosen(record, name) else value
        for name, value in sorted(values.items())
    }


def chosen(record, name):
    return record._meta.get_field(name).many_to_many
