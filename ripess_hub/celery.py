"""The Celery application: mail and periodic work. Nothing in a request waits for it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ripess_hub.settings")

app = Celery("ripess_hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
