"""Periodic work of the site itself."""

from celery import shared_task
from django.core.cache import cache
from django.core.management import call_command

from accounts.models import OutgoingMail
from ripess_hub.views import HEARTBEAT_KEY, HEARTBEAT_SECONDS


@shared_task
def heartbeat():
    """Say that a worker lives; /readyz asks for it."""
    cache.set(HEARTBEAT_KEY, "alive", HEARTBEAT_SECONDS)


@shared_task
def housekeeping():
    """Forget expired sessions and mail sent long ago."""
    call_command("clearsessions")
    OutgoingMail.objects.purge()
