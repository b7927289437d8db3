from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import OutgoingMail, User


class UserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email"]
        field_classes = {}


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = UserCreationForm
    ordering = ["email"]
    list_display = [
        "email",
        "display_name",
        "is_staff",
        "verified",
        "second_factor",
        "is_active",
        "mail_failed_at",
        "last_login",
    ]
    list_filter = [
        "is_staff", "is_superuser", "is_active", "groups", "language",
        ("mail_failed_at", admin.EmptyFieldListFilter),
    ]  # fmt: skip
    search_fields = ["email", "display_name"]
    readonly_fields = ["last_login", "date_joined", "verified", "second_factor", "mail_failed_at"]
    fieldsets = [
        (None, {"fields": ["email", "password", "verified", "second_factor"]}),
        (_("Profile"), {"fields": ["display_name", "language", "time_zone"]}),
        (_("Letters"), {"fields": ["mail_failed_at"]}),
        (
            _("Permissions"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})
    ]

    # Whoever is deleted here is erased as the person could do it, from every app.

    def get_deleted_objects(self, objs, request):
        erased = _("%(person)s, with everything that is not published")
        return [erased % {"person": person} for person in objs], {}, set(), []

    def delete_model(self, request, obj):
        import_string(settings.ERASE_PERSON)(obj)

    def delete_queryset(self, request, queryset):
        for person in queryset:
            self.delete_model(request, person)

    def get_queryset(self, request):
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        addresses = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)
        return (
            super().get_queryset(request).annotate(has_factor=Exists(factors), has_address=Exists(addresses))
        )

    @admin.display(description=_("second factor"), boolean=True, ordering="has_factor")
    def second_factor(self, user):
        return user.has_factor

    @admin.display(description=_("address verified"), boolean=True, ordering="has_address")
    def verified(self, user):
        return user.has_address


class HeldUp(admin.SimpleListFilter):
    title = _("sending")
    parameter_name = "sending"

    def lookups(self, request, model_admin):
        return [("held_up", _("Tried several times"))]

    def queryset(self, request, queryset):
        return queryset.held_up() if self.value() == "held_up" else queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(admin.ModelAdmin):
    """The outbox: nothing can be edited, what failed or waits can be sent at once, codes are never
    shown."""

    list_display = ["to", "subject_shown", "state", "attempts", "last_error", "created_at", "sent_at"]
    list_filter = ["state", HeldUp, "kind", "language"]
    search_fields = ["to", "message_id"]
    actions = ["retry"]
    fields = [
        "to", "language", "kind", "subject_shown", "text_shown", "state", "attempts", "next_attempt_at",
        "last_error", "message_id", "created_at", "sent_at",
    ]  # fmt: skip
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("subject"))
    def subject_shown(self, mail):
        return _("(holds a code)") if mail.holds_code else mail.subject

    @admin.display(description=_("text"))
    def text_shown(self, mail):
        return _("(holds a code)") if mail.holds_code else mail.text

    @admin.action(description=_("Send what failed or waits now"), permissions=["change"])
    def retry(self, request, queryset):
        count = queryset.retry()
        self.message_user(
            request,
            ngettext("%(count)s mail is sent again.", "%(count)s mails are sent again.", count)
            % {"count": count},
            messages.SUCCESS if count else messages.WARNING,
        )
