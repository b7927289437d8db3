from django.urls import path

from contributions.views import mine, public, reports, writing

app_name = "contributions"

urlpatterns = [
    path("contributions/", public.contributions, name="contributions"),
    path("contributions/<slug:reference>/", public.contribution, name="contribution"),
    path("contributions/<slug:reference>/report/", reports.report, name="report"),
    path("calls/<slug:slug>/contribute/", writing.contribute, name="contribute"),
    path("calls/<slug:slug>/contribute/<uuid:key>/", writing.draft, name="draft"),
    path("account/contributions/", mine.everything, name="all_mine"),
    path("account/contributions/co-author/<slug:token>/", mine.co_author, name="co_author"),
    path("account/contributions/<slug:reference>/", mine.one, name="mine"),
    path("account/contributions/<slug:reference>/disown/", mine.disown, name="disown"),
]
