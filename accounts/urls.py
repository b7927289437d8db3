from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", views.home, name="account_home"),
    path("settings/", views.profile, name="account_settings"),
    path("letters/", views.letters, name="account_letters"),
    path("letters/stop/<str:token>/", views.stop_mail, name="stop_mail"),
    path("mail/", views.local_mail, name="local_mail"),
    path("logout/", views.sign_out, name="account_logout"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
]
