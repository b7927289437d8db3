from django.urls import path

from directory import views, views_explorer, views_places

app_name = "directory"

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/<slug:slug>/", views.organisation, name="organisation"),
    path(
        "organisations/<slug:slug>/network/", views_explorer.organisation_network, name="organisation_network"
    ),
    path("map/", views_explorer.whole_map, name="map"),
    path("network/", views_explorer.whole_network, name="network"),
    path("timeline/", views_explorer.timeline_page, name="timeline"),
    path("agreements/", views_explorer.agreements, name="agreements"),
    path("agreements/<slug:slug>/", views.agreement, name="agreement"),
    path("agreements/<slug:slug>/citation.bib", views.agreement_bibtex, name="agreement_bibtex"),
    path("events/", views.events, name="events"),
    path("events/<slug:slug>/", views.event, name="event"),
    path("regions/<slug:key>/", views_places.region, name="region"),
    path("sectors/<slug:key>/", views_places.sector, name="sector"),
]
