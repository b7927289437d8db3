from django.urls import path

from workinggroup import following, views

app_name = "workinggroup"

urlpatterns = [
    path("groups/", views.groups, name="groups"),
    path("groups/<slug:slug>/", views.group, name="group"),
    path("groups/<slug:group>/meetings/<slug:slug>/", views.meeting, name="meeting"),
    path("groups/<slug:slug>/outcomes/", views.outcomes, name="outcomes"),
    path("calls/<slug:slug>/", views.call, name="call"),
    path("embed/calls/<slug:slug>/", views.embed_call, name="embed_call"),
    path("account/groups/<slug:slug>/", following.follow, name="follow"),
]
