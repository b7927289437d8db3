from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.decorators.cache import cache_control, never_cache

from ripess_hub import calendars, cards, errors, feeds, files, identifiers, open_data, views
from ripess_hub.sitemaps import SITEMAPS

urlpatterns = [
    path("", views.root, name="root"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", cache_control(no_cache=True)(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("files/<slug:name>", files.file, name="file"),
    re_path(r"^id/(?P<name>[-\w]+)/(?P<key>[-\w]+)/?$", identifiers.identifier, name="identifier"),
    path("ns", identifiers.namespace, name="namespace"),
    path("data/", open_data.entrance, name="catalogue"),
    path("data/ripess-hub.zip", open_data.dump_file, name="dump"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("ripess_hub.api")),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("search/", views.search_page, name="search"),
        path("about/", views.page("about.html"), name="about"),
        path("data/", open_data.data, name="data"),
        path("data/columns/", open_data.columns, name="data-columns"),
        path("data/api/", open_data.api, name="data-api"),
        path("accessibility/", views.page("accessibility.html"), name="accessibility"),
        path("privacy/", views.privacy, name="privacy"),
        path("theme/", views.theme, name="theme"),
        path("cards/site.png", cards.card, name="site_card"),
        path("cards/<slug:kind>/<slug:key>.png", cards.card, name="card"),
        path("account/data/", views.my_data, name="my_data"),
        path("account/data/download/", views.download_my_data, name="download_my_data"),
        path("account/erase/", views.erase_account, name="erase_account"),
        path("account/erased/", never_cache(views.page("accounts/erased.html")), name="account_erased"),
        path("account/", include("accounts.urls")),
        path("feed.atom", feeds.everything, name="feed"),
        path("<slug:name>/feed.atom", feeds.of_list, name="feed-of-list"),
        path("groups/<slug:slug>/feed.atom", feeds.of_group, name="feed-of-group"),
        path("calendar.ics", calendars.everything, name="calendar"),
        path("events/calendar.ics", calendars.of_events, name="calendar-of-events"),
        path("events/<slug:slug>/calendar.ics", calendars.of_event, name="calendar-of-event"),
        path("groups/<slug:slug>/calendar.ics", calendars.of_group, name="calendar-of-group"),
        path(
            "groups/<slug:group>/meetings/<slug:slug>/calendar.ics",
            calendars.of_meeting,
            name="calendar-of-meeting",
        ),
        path("calls/<slug:slug>/calendar.ics", calendars.of_call, name="calendar-of-call"),
        path("", include("directory.urls")),
        path("", include("workinggroup.urls")),
        path("", include("contributions.urls")),
    ),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
