"""The admin site: staff with a second factor only, and a front page that says what needs attention."""

from functools import wraps
from urllib.parse import unquote

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import BadRequest
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext, ngettext_lazy

from ripess_hub.errors import signed_out, typed_words

# Django's own titles of its forms, said anew in locale/: “Modification de organisation” is no French.
TITLES_OF_FORMS = [gettext_noop("Add %s"), gettext_noop("Change %s"), gettext_noop("View %s")]


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

    def admin_view(self, view, cacheable=False):
        """To signed-in people who are not staff, or no longer, there is no admin; nor is there a page
        for what no database can hold."""
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def inner(request, *args, **kwargs):
            if not request.user.is_authenticated and (typed := typed_words(request)):
                return signed_out(request, typed)
            if request.user.is_authenticated and not request.user.is_staff:
                raise Http404
            if "\x00" in unquote(request.META.get("QUERY_STRING", "")):
                raise BadRequest
            return guarded(request, *args, **kwargs)

        inner.csrf_exempt = getattr(guarded, "csrf_exempt", False)
        return inner

    def index(self, request, extra_context=None):
        return super().index(request, {"attention": attention(self, request), **(extra_context or {})})

    def _build_app_dict(self, request, label=None):
        """Django's lists of models, under the names that some go by here."""
        built = super()._build_app_dict(request, label)
        for app in built.values():
            for row in app["models"]:
                row["name"] = getattr(self._registry[row["model"]], "name_in_lists", row["name"])
        return built

    def get_urls(self):
        """“View on site” leads only to what the person sees in the lists."""
        seen = path("r/<path:content_type_id>/<path:object_id>/", self.admin_view(self.on_site))
        return [seen, *super().get_urls()]

    def on_site(self, request, content_type_id, object_id):
        try:
            model = ContentType.objects.get(pk=content_type_id).model_class()
        except (ContentType.DoesNotExist, ValueError) as error:
            raise Http404 from error
        shown = self._registry.get(model)
        record = shown.get_object(request, object_id) if shown else None
        if record is None or not shown.has_view_permission(request, record):
            raise Http404
        return shortcut(request, content_type_id, object_id)


def has_second_factor(user):
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def attention(site, request):
    """What waits for this member of staff: `[{text, count, url}]`, only what is there, counted in the
    lists that they see."""
    return [
        {"text": text, "count": count, "url": url} for text, count, url in waiting(site, request) if count
    ]


def waiting(site, request):
    from accounts.models import OutgoingMail
    from contributions.models import (
        Challenge,
        Contribution,
        ContributionTranslation,
        Draft,
        Guideline,
        Report,
    )
    from directory.models import Agreement, Event, Organisation, Suggestion
    from directory.models.publication import Publication
    from workinggroup.models import Call

    def rows(model):
        """What the person sees of a model; nothing when its lists are not for them."""
        shown = site.get_model_admin(model)
        found = shown.get_queryset(request)
        return found if shown.has_view_permission(request) else found.none()

    def listed(model, query=""):
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query

    queue = rows(Contribution).filter(state=Contribution.State.RECEIVED)
    oldest = queue.order_by("received_at").first()
    days = oldest.waited.days if oldest else 0
    age = ngettext("the oldest for %(days)s day", "the oldest for %(days)s days", days) % {"days": days}
    count = queue.count()
    waits = ngettext("contribution waits for a decision", "contributions wait for a decision", count)
    yield (
        f"{waits}, {age}" if days else waits,
        count,
        listed(Contribution, "?state__exact=received"),
    )
    count = rows(Draft).count()
    yield (
        ngettext(
            "late draft that you may admit",
            "late drafts that you may admit",
            count,
        ),
        count,
        listed(Draft),
    )
    count = rows(Report).waiting().count()
    yield (
        ngettext(
            "report by a reader waits",
            "reports by readers wait",
            count,
        ),
        count,
        listed(Report),
    )
    count = rows(Suggestion).waiting().count()
    yield (
        ngettext(
            "suggestion for the directory waits",
            "suggestions for the directory wait",
            count,
        ),
        count,
        listed(Suggestion, "?state__exact=new"),
    )
    count = rows(Contribution).filter(is_overdue=True).count()
    yield (
        ngettext(
            "returned contribution whose time for changes is over",
            "returned contributions whose time for changes is over",
            count,
        ),
        count,
        listed(Contribution, "?state__exact=returned&flag=is_overdue"),
    )
    count = rows(ContributionTranslation).filter(source_version__lt=F("contribution__version")).count()
    yield (
        ngettext(
            "translation older than its original",
            "translations older than their original",
            count,
        ),
        count,
        listed(ContributionTranslation, "?stale=yes"),
    )
    count = rows(Guideline).to_review().count()
    yield (
        ngettext(
            "guideline to review: something it rests on was taken back",
            "guidelines to review: something they rest on was taken back",
            count,
        ),
        count,
        listed(Guideline, "?trace=to_review"),
    )
    count = rows(Challenge).published().uncited().count()
    yield (
        ngettext(
            "challenge that cites no published contribution",
            "challenges that cite no published contribution",
            count,
        ),
        count,
        listed(Challenge, "?trace=uncited&publication__exact=published"),
    )
    count = rows(Contribution).unused().count()
    yield (
        ngettext(
            "published contribution that no challenge cites yet",
            "published contributions that no challenge cites yet",
            count,
        ),
        count,
        listed(Contribution, "?trace=unused"),
    )
    count = rows(Call).closing_soon().count()
    yield (
        ngettext(
            "call that closes within a week",
            "calls that close within a week",
            count,
        ),
        count,
        listed(Call, "?state=soon"),
    )
    count = rows(OutgoingMail).filter(state=OutgoingMail.State.FAILED).count()
    yield (
        ngettext(
            "mail that failed",
            "mails that failed",
            count,
        ),
        count,
        listed(OutgoingMail, "?state__exact=failed"),
    )
    count = rows(OutgoingMail).held_up().count()
    yield (
        ngettext(
            "mail that could not be sent yet: does the mail server answer?",
            "mails that could not be sent yet: does the mail server answer?",
            count,
        ),
        count,
        listed(OutgoingMail, "?sending=held_up"),
    )
    count = rows(Agreement).of_differing_direction().count()
    yield (
        ngettext(
            "agreement whose stated and computed directions differ",
            "agreements whose stated and computed directions differ",
            count,
        ),
        count,
        listed(Agreement, "?differs=yes"),
    )
    for model, name in (
        (Organisation, ngettext_lazy("organisation in draft", "organisations in draft")),
        (Agreement, ngettext_lazy("agreement in draft", "agreements in draft")),
        (Event, ngettext_lazy("event in draft", "events in draft")),
        (ContributionTranslation, ngettext_lazy("translation in draft", "translations in draft")),
    ):
        count = rows(model).filter(publication=Publication.DRAFT).count()
        yield name % count, count, listed(model, "?publication__exact=draft")
