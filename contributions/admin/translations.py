"""Translations of contributions: the original stands beside, and the version translated is kept."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contributions import models
from contributions.admin import reading
from contributions.admin.moderated import GroupFilter
from contributions.models import Step
from directory.admin import NotOverwrittenAdmin, PublishableAdmin
from workinggroup.admin import OnlyOwnGroups

MOST_LISTED = 50


class StaleFilter(admin.SimpleListFilter):
    title = gettext_lazy("version of the original")
    parameter_name = "stale"

    def lookups(self, request, model_admin):
        return [("yes", _("Older than the original"))]

    def queryset(self, request, queryset):
        return queryset.stale() if self.value() == "yes" else queryset


class TranslationForm(forms.ModelForm):
    """`version_shown` is the version of the original that stood beside the form; on a translation that
    exists, it counts only when the box says that the text follows it."""

    version_shown = forms.IntegerField(
        required=False, min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput
    )
    up_to_date = forms.BooleanField(required=False)

    class Meta:
        model = models.ContributionTranslation
        fields = ["contribution", "language", "title", "summary", "text", "translator_name"]
        widgets = {"text": forms.Textarea(attrs={"rows": 24}), "contribution": forms.HiddenInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            original = self.instance.contribution
            self.initial["version_shown"] = original.version
            self.fields["up_to_date"].label = _("The text follows version %(version)s of the original") % {
                "version": original.version
            }
            self.fields["up_to_date"].initial = not self.instance.is_stale
        else:
            del self.fields["up_to_date"]

    def clean_language(self):
        language = self.cleaned_data["language"]
        original = self.cleaned_data.get("contribution")
        if original and original.language == language:
            raise forms.ValidationError(_("This is the language of the original."))
        return language

    def clean(self):
        cleaned = super().clean()
        original = self.instance.contribution if self.instance.pk else cleaned.get("contribution")
        if original:
            shown = min(cleaned.get("version_shown") or original.version, original.version)
            if not self.instance.pk or cleaned.get("up_to_date") and shown > self.instance.source_version:
                self.instance.source_version = shown
        return cleaned


@admin.register(models.ContributionTranslation)
class ContributionTranslationAdmin(OnlyOwnGroups, NotOverwrittenAdmin):
    form = TranslationForm
    change_form_template = "admin/contributions/translation.html"
    of_group = "contribution__call__group"
    list_display = ["original", "language", "title_shown", "versions", "publication", "translator_name"]
    list_display_links = ["original", "title_shown"]
    list_filter = ["publication", "language", StaleFilter, GroupFilter]
    search_fields = ["contribution__reference", "contribution__title", "title", "translator_name"]
    list_per_page = 50
    save_on_top = True
    actions = ["publish", "withdraw"]
    publish, withdraw, _move = PublishableAdmin.publish, PublishableAdmin.withdraw, PublishableAdmin._move

    def get_queryset(self, request):
        bulk = [f"contribution__{name}" for name in models.SEARCH]
        return (
            models.ContributionTranslation.objects.editable_by(request.user)
            .select_related("contribution__call__group")
            .defer(*bulk)
        )

    def get_fields(self, request, obj=None):
        written = ["title", "summary", "text", "translator_name"]
        if obj is None:
            return ["contribution", "language", "version_shown", *written]
        return ["language", "publication", "version_shown", *written, "up_to_date"]

    def get_readonly_fields(self, request, obj=None):
        return ["language", "publication"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "contribution":
            kwargs["queryset"] = models.Contribution.objects.translatable_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # What the list shows.

    @admin.display(description=gettext_lazy("contribution"), ordering="contribution__reference")
    def original(self, record):
        return record.contribution.reference

    @admin.display(description=gettext_lazy("title"), ordering="title")
    def title_shown(self, record):
        return format_html('<span lang="{}">{}</span>', record.language, record.title)

    @admin.display(description=gettext_lazy("version translated"))
    def versions(self, record):
        if not record.is_stale:
            return record.source_version
        return format_html(
            '{} <span class="flag flag--overdue">{}</span>',
            record.source_version,
            _("the original is at version %(version)s") % {"version": record.contribution.version},
        )

    # Choosing what to translate, and writing with the original beside.

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        chosen = request.POST.get("contribution") or request.GET.get("contribution") or ""
        if not chosen:
            return self.choose(request)
        record = self.translatable(request, chosen)
        return super().add_view(request, form_url, {**self.beside(request, record), **(extra_context or {})})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        translation = self.get_object(request, object_id)
        if translation is None:
            raise Http404
        record = self.translatable(request, str(translation.contribution_id))
        more = self.beside(request, record, translation)
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def get_changeform_initial_data(self, request):
        chosen = request.GET.get("contribution", "")
        record = self.translatable(request, chosen)
        language = request.GET.get("language", "")
        return {
            "contribution": record.pk,
            "language": language if language in dict(settings.LANGUAGES) else "",
            "version_shown": record.version,
            "translator_name": request.user.display_name,
        }

    def translatable(self, request, key):
        queryset = models.Contribution.objects.translatable_by(request.user).defer(*models.SEARCH)
        record = reading.with_everything(queryset, key) if key.isascii() and key.isdigit() else None
        if record is None:
            raise Http404
        return record

    def beside(self, request, record, translation=None):
        """The original, and what changed in it since it was translated."""
        change = None
        if translation and translation.is_stale and self.may_see(request, record, translation.source_version):
            change = reading.difference(
                record, reading.versions_of(record), translation.source_version, record.version
            )
        return {"record": record, "difference": change, "versions": {}, "stale": change is not None}

    def may_see(self, request, record, version):
        """A version that was never published is for moderators alone."""
        if request.user.has_perm("contributions.view_contribution"):
            return True
        return record.steps.filter(step=Step.PUBLISH, version=version).exists()

    def save_model(self, request, obj, form, change):
        if not change:
            obj.translator = request.user
        super().save_model(request, obj, form, change)
        if obj.is_stale:
            self.message_user(
                request,
                _("It translates version %(old)s; the original is at version %(new)s.")
                % {"old": obj.source_version, "new": obj.contribution.version},
                messages.WARNING,
            )

    def choose(self, request):
        """Published contributions, with the languages that each still lacks."""
        asked = request.GET.get("q", "").replace("\x00", "")[:200]
        found = (
            models.Contribution.objects.published()
            .filter(pk__in=models.Contribution.objects.translatable_by(request.user).values("pk"))
            .filter(Q(title__icontains=asked) | Q(reference__icontains=asked))
            .without_bulk()
            .prefetch_related(
                Prefetch(
                    "translations",
                    models.ContributionTranslation.objects.without_search().defer("text", "summary"),
                )
            )
            .order_by("-published_at", "reference")
        )
        rows = [
            {"record": record, "languages": reading.languages_of(record)} for record in found[:MOST_LISTED]
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Choose what to translate"),
            "opts": self.opts,
            "rows": rows,
            "asked": asked,
            "more": len(rows) == MOST_LISTED,
        }
        return TemplateResponse(request, "admin/contributions/choose.html", context)
