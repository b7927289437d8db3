"""What base.html needs on every page."""

from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory.vocabulary import page_version

# Names of the languages in themselves do not change with the page.
OWN_NAMES = {"es": "español", "fr": "français", "en": "English"}
THEMES = ("light", "dark")


def in_language(request, code):
    """The address of the present page in another language, with path and query kept."""
    path = request.get_full_path()
    for known, _name in settings.LANGUAGES:
        if path.startswith(f"/{known}/"):
            return f"/{code}/{path[len(known) + 2 :]}"
    return f"/{code}/"


def has_language(request):
    return any(request.path_info.startswith(f"/{code}/") for code, _name in settings.LANGUAGES)


def site(request):
    """Everything of the shell: languages, navigation, theme. Computed only when a template asks."""
    return {"hub": SimpleLazyObject(lambda: shell(request))}


def shell(request):
    match = request.resolver_match
    namespace = match.namespace if match else ""
    view = (match.kwargs.get("kind") or match.url_name) if match else ""
    code = get_language()
    return {
        "language_links": [
            {
                "code": other,
                "label": other.upper(),
                "name": OWN_NAMES[other],
                "url": in_language(request, other),
                "current": other == code,
            }
            for other, _name in settings.LANGUAGES
        ],
        "canonical": f"{settings.PUBLIC_ORIGIN}{canonical_path(request)}",
        "alternates": alternates(request),
        "origin": settings.PUBLIC_ORIGIN,
        "theme": request.COOKIES.get("theme") if request.COOKIES.get("theme") in THEMES else "",
        "lite": request.COOKIES.get("lite") == "1",
        "demo": settings.DEMO,
        "version": page_version(),
        "section": section(namespace, view),
        "nav": navigation(code),
        "here": request.get_full_path(),
        "card": card(match),
    }


# The type of the picture that goes with a shared link, and the argument that names its record.
CARDS = {
    "directory:organisation": ("organisations", "slug"),
    "directory:agreement": ("agreements", "slug"),
    "directory:event": ("events", "slug"),
    "directory:region": ("regions", "key"),
    "directory:sector": ("sectors", "key"),
    "workinggroup:group": ("groups", "slug"),
    "workinggroup:meeting": ("meetings", "slug"),
    "workinggroup:call": ("calls", "slug"),
    "contributions:contribution": ("contributions", "reference"),
}


def card(match):
    """The address of the page's picture; that of the site where it has none of its own."""
    kind, name = CARDS.get(match.view_name if match else "", ("", ""))
    path = reverse("card", args=[kind, match.kwargs[name]]) if kind else reverse("site_card")
    return settings.PUBLIC_ORIGIN + path


def canonical_path(request):
    """The address search engines should keep: path, and only the page number of the query."""
    page = request.GET.get("page", "")
    return request.path + (f"?page={page}" if page.isdigit() and len(page) < 6 and page != "1" else "")


def alternates(request):
    """The page in each language; base.html leaves out those the record of the page is not `written_in`."""
    if not has_language(request):
        return []
    path = canonical_path(request)
    rest = path.split("/", 2)[2]
    links = [
        {"hreflang": code, "language": code, "url": f"{settings.PUBLIC_ORIGIN}/{code}/{rest}"}
        for code, _name in settings.LANGUAGES
    ]
    return [*links, {"hreflang": "x-default", "language": "es", "url": f"{settings.PUBLIC_ORIGIN}/es/{rest}"}]


def section(namespace, view):
    if namespace == "directory":
        return {
            "agreements": "agreements",
            "agreement": "agreements",
            "map": "agreements",
            "network": "agreements",
            "timeline": "agreements",
            "embed": "",
            "events": "events",
            "event": "events",
        }.get(view, "directory")
    return {"workinggroup": "groups", "contributions": "contributions"}.get(namespace, "")


@cache
def navigation(language):
    """The entries of the main navigation, made once a language."""
    from django.apps import apps

    entries = [
        ("directory:organisations", _("Directory"), _("Directory"), "directory"),
        ("directory:agreements", _("Agreements"), _("Agreements"), "agreements"),
        ("directory:events", _("Events"), _("Events"), "events"),
    ]
    if apps.is_installed("workinggroup"):
        entries.append(("workinggroup:groups", _("Working groups"), _("Groups"), "groups"))
    if apps.is_installed("contributions"):
        entries.append(
            ("contributions:contributions", _("Contributions"), _("Contributions"), "contributions")
        )
    return [
        {"url": reverse(name), "label": label, "short_label": short, "section": key}
        for name, label, short, key in entries
    ]
