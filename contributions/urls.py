from django.urls import path

from contributions import views

app_name = "contributions"

urlpatterns = [
    path("contributions/", views.contributions, name="contributions"),
    path("contributions/<slug:reference>/", views.contribution, name="contribution"),
]
