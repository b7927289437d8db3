"""The Celery application: mail and periodic work. Nothing in a request waits for it."""

import os

from celery import Celery
from celery.signals import beat_embedded_init, worker_ready

from ripess_hub import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ripess_hub.settings")

# The worker's, also where its clock asks, which is a copy of it.
STARTED_AS = os.getpid()

app = Celery("ripess_hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def say_alive(**kwargs):
    """The first heartbeat, without waiting for the schedule's: /readyz is right at once."""
    app.send_task("ripess_hub.tasks.heartbeat")


@beat_embedded_init.connect
def end_with_the_worker(**_kwargs):
    """The worker's clock is a process of its own: kill -9 of the worker must not leave it behind, or
    the next worker brings a second one."""
    embedded.die_with_parent_signal(parent=STARTED_AS)
