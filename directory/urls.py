from django.urls import path

from directory import pictures, views, views_embed, views_explorer, views_places, views_suggestions

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
    path("agreements/map.svg", pictures.map_picture, name="map_picture"),
    path("agreements/matrix.svg", pictures.matrix_picture, name="matrix_picture"),
    path("embed/", views_embed.embed, name="embed"),
    path("embed/agreements/", views_embed.agreements, name="embed_agreements"),
    path("embed/organisations/", views_embed.organisations, name="embed_organisations"),
    path("embed/map/", views_embed.embedded_map, name="embed_map"),
    path("events/", views.events, name="events"),
    path("events/<slug:slug>/", views.event, name="event"),
    *(
        path(
            f"{kind}s/<slug:slug>/correction/",
            views_suggestions.correction,
            {"kind": kind},
            name=f"{kind}_correction",
        )
        for kind in views_suggestions.MISSING
    ),
    path("missing/<slug:kind>/", views_suggestions.missing, name="missing"),
    path("regions/<slug:key>/", views_places.region, name="region"),
    path("sectors/<slug:key>/", views_places.sector, name="sector"),
]
