from django.urls import path

from directory import views, views_explorer

app_name = "directory"

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/<slug:slug>/", views.organisation, name="organisation"),
    path("agreements/", views_explorer.agreements, name="agreements"),
    path("agreements/<slug:slug>/", views.agreement, name="agreement"),
    path("events/", views.events, name="events"),
    path("events/<slug:slug>/", views.event, name="event"),
    path("regions/<slug:key>/", views.region, name="region"),
    path("sectors/<slug:key>/", views.sector, name="sector"),
]
