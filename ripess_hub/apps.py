from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class HubConfig(AppConfig):
    name = "ripess_hub"
    verbose_name = "RIPESS hub"


class HubAdminConfig(AdminConfig):
    default_site = "ripess_hub.admin.HubAdminSite"
