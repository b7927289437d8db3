from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

# What two libraries call their part of the admin in English only: the app, its model, one and many.
NAMES = (
    ("mfa", "Authenticator", _("Second factors"), _("second factor"), _("second factors")),
    ("pghistory", "Events", _("History"), _("change"), _("changes")),
)


class HubConfig(AppConfig):
    name = "ripess_hub"
    verbose_name = "RIPESS hub"

    def ready(self):
        for label, model, app_name, one, many in NAMES:
            apps.get_app_config(label).verbose_name = app_name
            options = apps.get_model(label, model)._meta
            options.verbose_name, options.verbose_name_plural = one, many


class HubAdminConfig(AdminConfig):
    default_site = "ripess_hub.admin.HubAdminSite"
