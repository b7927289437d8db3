"""The history of a record in the administration: every change, by whoever and whatever path, as the
database recorded it. Nobody can edit it."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator

from accounts.models import User

EMPTY = ("", None)


def name_of(user):
    """How a person is called in the administration: never by their address."""
    if user is None:
        return _("a former participant")
    return user.display_name or f"#{user.pk}"


class RecordedAdmin(admin.ModelAdmin):
    """Shows the history that the database keeps, that of the parts edited on the same page too. Of a
    model without one, as the vocabularies are, Django's own is shown: who saved which fields here."""

    def history_view(self, request, object_id, extra_context=None):
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        if not hasattr(record, "history"):
            return super().history_view(request, object_id, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %s") % record,
            "opts": self.model._meta,
            "object": record,
            "changes": self.changes(request, record),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/history.html", context)

    def changes(self, request, record):
        """The history of a record and of the parts edited on its page, newest first (see `changes`)."""
        parts = [
            (part.model, formset.fk.name)
            for formset, part in self.get_formsets_with_inlines(request, record)
            if hasattr(part.model, "history")
        ]
        # What is chosen of other tables, a row each.
        choices = [
            (field.remote_field.through, field.m2m_field_name())
            for field in self.model._meta.many_to_many
            if field.remote_field.through._meta.auto_created and is_recorded(field.remote_field.through)
        ]
        return changes(record, parts + choices)


def is_recorded(model):
    return any(relation.name == "history" for relation in model._meta.related_objects)


def changes(record, parts=()):
    """The history of `record` and of its parts, `[(model, its foreign key to the record)]`, newest first:
    when, what, who, and each field's old and new value."""
    rows = list(record.history.select_related("pgh_context"))
    for model, key in parts:
        kept = model._meta.get_field("history").related_model
        rows += kept.objects.filter(**{key: record.pk}).select_related("pgh_context")
    doers = who_did(metadata(row) for row in rows)
    made, last = [], {}
    for row in sorted(rows, key=lambda row: (row.pgh_created_at, row.pgh_id)):
        model = row.pgh_tracked_model
        before = last.get((model, row.pgh_obj_id))
        made.append(
            {
                "at": row.pgh_created_at,
                "what": row.pgh_label,
                "part": (model._meta.verbose_name, name_then(row)) if model is not type(record) else None,
                "who": doers(metadata(row)),
                "fields": differences(before, row) if before else [],
            }
        )
        last[model, row.pgh_obj_id] = row
    return made[::-1]


def who_did(all_metadata):
    """Return what names the doer of a change from its metadata: a person, or a program such as the loader."""
    people = User.objects.in_bulk({found["user"] for found in all_metadata if found.get("user")})

    def name(found):
        user = found.get("user")
        return name_of(people[user]) if user in people else f"#{user}" if user else found.get("source", "")

    return name


def metadata(row):
    return row.pgh_context.metadata if row.pgh_context else {}


def name_then(row):
    """What the part went by, as this row of its history has it; its number when what it names is gone."""
    part = row.pgh_tracked_model(**{field.attname: getattr(row, field.attname) for field in kept_fields(row)})
    try:
        return str(part)
    except ObjectDoesNotExist:
        return f"#{row.pgh_obj_id}"


def kept_fields(row):
    """The fields of the record that its history holds."""
    kept = {field.attname for field in row._meta.concrete_fields}
    return [field for field in row.pgh_tracked_model._meta.concrete_fields if field.attname in kept]


def differences(before, after):
    """`[(name, old, new)]` of the fields that differ. The column behind a translated text is left out: it
    holds the language of whoever saved last, and each language has a column of its own."""
    model, left_out = after.pgh_tracked_model, {"created_at", "updated_at"}
    if model in translator.get_registered_models():
        left_out.update(translator.get_options_for_model(model).fields)
    found = []
    for field in kept_fields(after):
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        # Django's forms write NULL where the loader writes an empty text.
        same = old == new or (old in EMPTY and new in EMPTY)
        if not same and field.name not in left_out:
            found.append((field.verbose_name, shown(before, field), shown(after, field)))
    return found


def shown(row, field):
    """What stood in the field: a record by its name, while it is there, else by its key."""
    if not field.is_relation:
        return getattr(row, field.attname)
    try:
        found = getattr(row, field.name)
    except ObjectDoesNotExist:
        return getattr(row, field.attname)
    return name_of(found) if isinstance(found, User) else found
