"""Pages that see every app: home, search, files, health, and the site's own pages."""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, F
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from directory.figures import arcs, direction_totals
from directory.filters import Unnest, agreements_counted
from directory.models import Agreement, AgreementDocument, Event, Organisation
from directory.search import clean_query, search
from directory.vocabulary import vocabulary

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
    organisations = Organisation.objects.published()
    agreements = Agreement.objects.published()
    per_sector = dict(
        organisations.order_by()
        .annotate(key=Unnest(F("sector_keys")))
        .values_list("key")
        .annotate(n=Count("pk"))
    )
    sectors = sorted(
        (entry for entry in vocabulary()["sector"].values() if per_sector.get(entry.key)),
        key=lambda entry: -per_sector[entry.key],
    )
    figures = organisations.aggregate(total=Count("pk"), countries=Count("country", distinct=True))
    return render(
        request,
        "home.html",
        {
            "organisation_count": figures["total"],
            "country_count": figures["countries"],
            "agreement_count": agreements.count(),
            "event_count": Event.objects.published().count(),
            "map": arcs(agreements),
            "directions": dict(direction_totals(agreements)),
            "sectors": [(entry, per_sector[entry.key]) for entry in sectors[:12]],
        },
    )


def searched_kinds():
    """What the one search box looks through: `(name, queryset, names column)`, upper apps included
    where they are installed, by their composition."""
    yield (
        "organisations",
        agreements_counted(Organisation.objects.published().rows()),
        "name_keys",
    )
    yield "agreements", Agreement.objects.published().rows(), None
    yield "events", Event.objects.published().rows(), None


@require_safe
def search_page(request):
    text = clean_query(request.GET.get("q", ""))
    results, total = {}, 0
    if text:
        for name, queryset, names in searched_kinds():
            found = search(queryset, text, names=names).order_by("-rank", "slug")
            count = found.count()
            results[name] = {"count": count, "records": list(found[:10]) if count else []}
            total += count
    return render(request, "search.html", {"q": text, "results": results, "total": total})


def page(template):
    """A page of the site's own text."""

    @require_safe
    def view(request):
        return render(request, template)

    return view


def data(request):
    return render(
        request,
        "data.html",
        {
            "counts": {
                "organisations": Organisation.objects.published().count(),
                "agreements": Agreement.objects.published().count(),
                "events": Event.objects.published().count(),
            }
        },
    )


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


def file_owners():
    """Every model that owns files; each says through `visible_to` who may read."""
    yield AgreementDocument
    if apps.is_installed("workinggroup"):
        yield apps.get_model("workinggroup", "DocumentFile")


@require_safe
def file(request, name):
    """Serve a file to those who may read it; to everybody else it is not there."""
    for owner in file_owners():
        record = owner.objects.visible_to(request.user).filter(file=name).first()
        if record:
            break
    else:
        raise Http404(_("There is no such file."))
    public = owner.objects.visible_to(AnonymousUser()).filter(pk=record.pk).exists()
    try:
        stream = record.file.open("rb")
    except OSError as error:
        raise Http404(_("There is no such file.")) from error
    response = FileResponse(
        stream, as_attachment=True, filename=record.original_name, content_type=record.content_type
    )
    response["Cache-Control"] = "no-cache" if public else "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


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
    except OperationalError:
        pass
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /*/account/", "Disallow: /files/"]
    lines.append(f"Sitemap: {settings.PUBLIC_ORIGIN}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
