"""Periodic work of the site itself."""

from celery import shared_task
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from accounts.models import OutgoingMail
from directory.models import Suggestion
from ripess_hub import dump, files, rights
from ripess_hub.views import HEARTBEAT_KEY, HEARTBEAT_SECONDS


@shared_task
def heartbeat():
    """Say that a worker lives; /readyz asks for it."""
    cache.set(HEARTBEAT_KEY, "alive", HEARTBEAT_SECONDS)


@shared_task
def make_dump():
    """Make the dump of everything published, when the night or a withdrawal asks for it."""
    if dump.due(timezone.now()):
        dump.make()


@shared_task
def housekeeping():
    """Forget expired sessions, mail sent long ago, who sent suggestions dealt with long ago and files that
    nothing names, and complete an erasure that a crash broke off."""
    call_command("clearsessions")
    OutgoingMail.objects.purge()
    Suggestion.objects.forget_senders()
    rights.replay_erasures()
    files.sweep()
