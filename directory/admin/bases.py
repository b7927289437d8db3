"""The base classes of the admins, here and in the apps above."""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AdminFileWidget
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models as db
from django.forms import Textarea
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TabbedTranslationAdmin

from directory.admin.overtaking import NotOverwrittenAdmin
from directory.completeness import LANGUAGES, fields_of, missing_in, older
from directory.inspection import accept_attribute, kinds_in_words
from directory.loader import changed_since
from directory.models import NotAllowed
from directory.text import day, language_name, languages_of


class LinesField(SimpleArrayField):
    """Several texts, one a line: a comma belongs to the text it stands in."""

    def __init__(self, *args, **kwargs):
        super().__init__(
            *args, delimiter="\n", **{"widget": Textarea(attrs={"rows": 4, "cols": 90}), **kwargs}
        )

    def to_python(self, value):
        lines = value.splitlines() if isinstance(value, str) else value or []
        return super().to_python("\n".join(line.strip() for line in lines if line.strip()))


class HubAdmin(NotOverwrittenAdmin, TabbedTranslationAdmin):
    """Translation tabs, a history that nobody can edit, and texts in areas that suit them."""

    save_on_top = True
    list_per_page = 50
    formfield_overrides = {
        db.TextField: {"widget": Textarea(attrs={"rows": 5, "cols": 90})},
        ArrayField: {"form_class": LinesField},
        # What is typed without a scheme.
        db.URLField: {"assume_scheme": "https"},
    }


def label_for(column):
    """What people call a field of a record, or the records that belong to it."""
    return getattr(column, "verbose_name", None) or column.related_model._meta.verbose_name_plural


class MissingTextFilter(admin.SimpleListFilter):
    """Records that lack a text in a language: for whoever translates."""

    title = _("language without a text")
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return [(code, capfirst(language_name(code))) for code, _name in settings.LANGUAGES]

    def queryset(self, request, queryset):
        return missing_in(queryset, self.value()) if self.value() in LANGUAGES else queryset


class PublishableAdmin(HubAdmin):
    """Publication moves by the model's steps alone; provenance is shown, not typed over."""

    actions = ["publish", "withdraw"]
    readonly_fields = ["publication", "translations", "provenance", "created_at", "updated_at"]

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), MissingTextFilter]

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        # The key stands in addresses and in the catalogue: it is chosen once.
        return [*fields, "slug"] if obj else fields

    def get_exclude(self, request, obj=None):
        return [*(super().get_exclude(request, obj) or []), "loaded"]

    @admin.display(description=_("translations"))
    def translations(self, record):
        """Which texts are missing in a language, and which were not changed along with another one's."""
        said = []
        for field in fields_of(self.model):
            there = languages_of(record, field)
            gone = [language_name(code) for code, _name in settings.LANGUAGES if code not in there]
            if there and gone:
                said.append(
                    (self.model._meta.get_field(field).verbose_name, _("missing in: %s") % ", ".join(gone))
                )
        for field, code, since in older(record) if record.pk else ():
            sentence = _("%(language)s: not changed since another language was, on %(date)s")
            values = {"language": language_name(code), "date": day(since.date())}
            said.append((self.model._meta.get_field(field).verbose_name, sentence % values))
        return format_html_join(mark_safe("<br>"), "{}: {}", said) or _(
            "Every text is there in each language."
        )

    @admin.display(description=_("provenance"))
    def provenance(self, record):
        """Whether the catalogue loaded it, and which of its values staff changed since."""
        if record.loaded is None:
            return _("Written here; not part of the catalogue's files.")
        columns = map(self.model._meta.get_field, changed_since(record))
        if changed := ", ".join(str(label_for(column)) for column in columns):
            sentence = _(
                "Loaded from the catalogue's files; changed since, and kept at the next load: %(fields)s."
            )
            return sentence % {"fields": changed}
        return _("Loaded from the catalogue's files; what is changed here is kept at the next load.")

    @admin.action(description=_("Publish the chosen records"), permissions=["change"])
    def publish(self, request, queryset):
        self._move(request, queryset, "publish")

    @admin.action(description=_("Withdraw the chosen records"), permissions=["change"])
    def withdraw(self, request, queryset):
        self._move(request, queryset, "withdraw")

    def _move(self, request, queryset, step):
        moved = 0
        for record in queryset:
            try:
                record.move(step)
                moved += 1
            except NotAllowed as refused:
                sentence = _("“%(record)s” stays as it is: its state does not allow this step.")
                self.message_user(
                    request,
                    getattr(refused, "sentence", sentence % {"record": record}),
                    messages.WARNING,
                )
        if moved:
            self.message_user(
                request,
                ngettext("%(count)s record changed.", "%(count)s records changed.", moved) % {"count": moved},
                messages.SUCCESS,
            )


class EntryAdmin(PublishableAdmin):
    """What stands in the lists of the directory: the page says when the team last looked it through."""

    actions = [*PublishableAdmin.actions, "review"]
    readonly_fields = [*PublishableAdmin.readonly_fields, "reviewed_on"]

    def get_fieldsets(self, request, obj=None):
        """What it is comes first, then how that is known, then what is only shown."""
        only_shown, known_by = self.get_readonly_fields(request, obj), ("confidence", "sources", "note")
        fields = flatten_fieldsets(super().get_fieldsets(request, obj))
        return [(None, {"fields": sorted(fields, key=lambda name: (name in only_shown, name in known_by))})]

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), ("reviewed_on", admin.EmptyFieldListFilter)]

    @admin.action(description=_("Mark as reviewed today"), permissions=["change"])
    def review(self, request, queryset):
        count = queryset.review()
        said = ngettext(
            "%(count)s record is marked as reviewed today.",
            "%(count)s records are marked as reviewed today.",
            count,
        )
        self.message_user(request, said % {"count": count}, messages.SUCCESS)


class FileInline(admin.TabularInline):
    """Files of a record. The model inspects them; names may be long, as they get opaque ones anyway."""

    extra = 0
    formfield_overrides = {
        db.FileField: {
            "max_length": None,
            "widget": AdminFileWidget(attrs={"accept": accept_attribute()}),
            "help_text": format_lazy(_("Accepted: {kinds}."), kinds=kinds_in_words()),
        }
    }
