"""The admin site: staff with a second factor only, and a front page that says what needs attention."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


class HubAdminSite(AdminSite):
    site_header = _("RIPESS hub: administration")
    site_title = _("RIPESS hub")
    index_title = _("What needs attention")
    index_template = "admin/hub_index.html"
    site_url = "/"

    def has_permission(self, request):
        """Active staff with a second factor. In the demonstration, whose people are invented, staff."""
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        return settings.DEMO or has_second_factor(user)

    def login(self, request, extra_context=None):
        """Where the admin sends those it does not let in: to sign in, or to set up a second factor;
        to people who are not staff there is no admin."""
        user = request.user
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
            wanted = reverse("admin:index")
        if not user.is_authenticated:
            return redirect_to_login(wanted, reverse("account_login"))
        if not user.is_staff:
            raise Http404
        if self.has_permission(request):
            return redirect(wanted)
        messages.warning(request, _("The administration asks for a second factor. Please set one up first."))
        return redirect("mfa_activate_totp")

    def each_context(self, request):
        context = super().each_context(request)
        if self.has_permission(request):
            context["attention"] = attention()
        return context


def has_second_factor(user):
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def attention():
    """What waits for staff: `[{text, count, url}]`, only what is there."""
    from accounts.models import OutgoingMail
    from contributions.models import Challenge, Contribution, Guideline
    from directory.models import Agreement, Event, Organisation
    from directory.models.publication import Publication

    rows = [
        (
            _("contributions received, waiting for a decision"),
            Contribution.objects.filter(state=Contribution.State.RECEIVED).count(),
            reverse("admin:contributions_contribution_changelist") + "?state__exact=received",
        ),
        (
            _("guidelines to review: something they rest on was taken back"),
            Guideline.objects.to_review().count(),
            reverse("admin:contributions_guideline_changelist") + "?trace=to_review",
        ),
        (
            _("challenges that cite no published contribution"),
            Challenge.objects.published().uncited().count(),
            reverse("admin:contributions_challenge_changelist")
            + "?trace=uncited&publication__exact=published",
        ),
        (
            _("published contributions that no challenge cites yet"),
            Contribution.objects.unused().count(),
            reverse("admin:contributions_contribution_changelist") + "?trace=unused",
        ),
        (
            _("mails that failed"),
            OutgoingMail.objects.filter(state=OutgoingMail.State.FAILED).count(),
            reverse("admin:accounts_outgoingmail_changelist") + "?state__exact=failed",
        ),
        (
            _("mails that could not be sent yet: does the mail server answer?"),
            OutgoingMail.objects.held_up().count(),
            reverse("admin:accounts_outgoingmail_changelist") + "?state__exact=waiting",
        ),
        (
            _("agreements whose stated and computed directions differ"),
            Agreement.objects.of_differing_direction().count(),
            reverse("admin:directory_agreement_changelist") + "?differs=yes",
        ),
    ]
    for model, name in (
        (Organisation, _("organisations in draft")),
        (Agreement, _("agreements in draft")),
        (Event, _("events in draft")),
    ):
        rows.append(
            (
                name,
                model.objects.filter(publication=Publication.DRAFT).count(),
                reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
                + "?publication__exact=draft",
            )
        )
    return [{"text": text, "count": count, "url": url} for text, count, url in rows if count]
