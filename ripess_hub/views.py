"""Pages that see every app: home, search, a person's data, health, and the site's own pages."""

import logging
from functools import lru_cache

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import ErasureForm
from accounts.outbox import KEEP_SENT
from contributions.filters import TRANSLATIONS
from contributions.models import ANONYMOUS_DAYS, Contribution
from contributions.rights import fate_of as contributions_fate
from directory import maps
from directory.figures import ask
from directory.filters import OrganisationFilter, agreements_counted
from directory.models import Agreement, Event, Organisation
from directory.models.suggestions import SENDER_KEPT
from directory.search import Kind, Kinds, clean_query
from directory.text import language
from directory.vocabulary import vocabulary
from ripess_hub import rights
from workinggroup.models import Call, Meeting, WorkingGroup

logger = logging.getLogger(__name__)

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 120


def root(request):
    """The reader's language, else Spanish; an address that keeps the query."""
    code = get_language_from_request(request)
    if code not in dict(settings.LANGUAGES):
        code = settings.LANGUAGE_CODE
    query = request.META.get("QUERY_STRING", "")
    response = redirect(f"/{code}/" + (f"?{query}" if query else ""))
    response["Vary"] = "Accept-Language"
    return response


@require_safe
def home(request):
    # Counted as in the list that each figure leads to.
    organisations = OrganisationFilter({}, Organisation.objects.published())
    per_sector, per_country = organisations.counts("sector"), organisations.counts("country")
    sectors = sorted(
        (entry for entry in vocabulary()["sector"].values() if per_sector.get(entry.key)),
        key=lambda entry: -per_sector[entry.key],
    )
    figure = ask(Agreement.objects.published(), "total", "direction", parts=maps.PARTS, rows=maps.QUERIES)
    return render(
        request,
        "home.html",
        {
            "organisation_count": organisations.total,
            "country_count": len(per_country),
            "agreement_count": figure["total"],
            "event_count": Event.objects.published().count(),
            "map": maps.draw(figure),
            "directions": figure["direction"],
            "sectors": [(entry, per_sector[entry.key]) for entry in sectors[:12]],
        },
    )


@lru_cache
def searched_kinds(code):
    """What the one search box looks through, shown to readers of a language."""
    organisations, agreements = Organisation.objects.published(), Agreement.objects.published()
    events, groups = Event.objects.published(), WorkingGroup.objects.published()
    meetings, calls = Meeting.objects.published(), Call.objects.published()
    contributions = Contribution.objects.published()
    of_groups = ("loaded", "group__loaded")
    return Kinds(
        organisations=Kind(organisations, agreements_counted(organisations.rows()), "name_keys"),
        agreements=Kind(agreements, agreements.rows()),
        events=Kind(events, events.rows()),
        groups=Kind(groups.searchable(), groups.with_coordinator()),
        meetings=Kind(meetings.searchable(), meetings.with_event().select_related("group").defer(*of_groups)),
        calls=Kind(calls.searchable(), calls.with_state().select_related("group").defer(*of_groups)),
        contributions=Kind(
            contributions.annotate(slug=F("reference")),
            contributions.without_bulk().with_byline().in_language(code),
            also=TRANSLATIONS,
        ),
    )


@require_safe
def search_page(request):
    text = clean_query(request.GET.get("q", ""))
    kinds = searched_kinds(language()) if text else {}
    found = kinds.best(text, 10) if text else {}
    results = {}
    for name, kind in kinds.items():
        keys, count, _words = found.get(name, ([], 0, ""))
        records = kind.rows.in_bulk(keys)
        # What is withdrawn between the two questions is left out.
        results[name] = {"count": count, "records": [records[key] for key in keys if key in records]}
    total = sum(one["count"] for one in results.values())
    readings = {words for _keys, _count, words in found.values()}
    words = next(iter(readings - {text, ""}), "")
    as_typed = text in readings
    context = {
        "q": text,
        "results": results,
        "total": total,
        "as_typed": as_typed,
        "words": words,
        "counted": text if as_typed else words or text,
    }
    return render(request, "search.html", context)


def page(template):
    """A page of the site's own text."""

    @require_safe
    def view(request):
        return render(request, template)

    return view


@require_safe
def privacy(request):
    """What is kept of people, and for how long, as the code has it."""
    kept = {"anonymous_days": ANONYMOUS_DAYS, "mail_days": KEEP_SENT.days, "sender_days": SENDER_KEPT.days}
    return render(request, "privacy.html", kept)


def theme(request):
    """Choose the colours and the light font-less reading; the only page that sets the theme cookie."""
    back = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = ""
    if request.method != "POST":
        return render(request, "theme.html", {"next": back})
    response = HttpResponseRedirect(back or request.path)
    for name, allowed in (("theme", ("light", "dark")), ("lite", ("1",))):
        value = request.POST.get(name, "")
        if value in allowed:
            response.set_cookie(
                name, value, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS, httponly=True
            )
        else:
            response.delete_cookie(name, samesite="Lax")
    return response


@never_cache
@login_required
@require_safe
def my_data(request):
    """What the hub keeps of the signed-in person, to be read, taken away or erased."""
    return render(request, "accounts/my_data.html")


@never_cache
@login_required
@require_safe
def download_my_data(request):
    response = StreamingHttpResponse(rights.export_for(request.user), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase_account(request):
    """What goes and what stays, and the form that does it: the address typed, then the password."""
    form = ErasureForm(request.user, request.POST or None)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        raise_if_reauthentication_required(request, app="accounts")
        try:
            rights.erase(request.user)
        except OSError:
            logger.exception("The log of erasures cannot be written.")
            form.add_error(None, _("This cannot be done at the moment; nothing was changed. Please tell us."))
            status = 503
        else:
            request.session.flush()
            return redirect("account_erased")
    fate = contributions_fate(request.user)
    return render(request, "accounts/erase.html", {"form": form, **fate}, status=status)


@never_cache
@require_safe
def healthz(request):
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """200 when the database answers, its migrations are applied and the worker lives; else 503."""
    checks = {"database": False, "migrations": False, "worker": False}
    try:
        executor = MigrationExecutor(connection)
        checks["database"] = True
        checks["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        checks["worker"] = cache.get(HEARTBEAT_KEY) is not None
    except Error:
        pass
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /*/account/", "Disallow: /files/"]
    lines.append(f"Sitemap: {settings.PUBLIC_ORIGIN}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
