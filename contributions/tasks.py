from celery import shared_task

from contributions import announcements
from contributions.models import Draft


@shared_task(ignore_result=True)
def discard_expired_drafts():
    """Remove drafts of nobody whose time is over, with their files."""
    Draft.objects.expired().discard()


@shared_task(ignore_result=True)
def announce_calls():
    """Tell followers of calls that opened or changed."""
    announcements.announce_calls()


@shared_task(ignore_result=True)
def remind_of_closing():
    """Remind of calls that close soon."""
    announcements.remind_of_closing()


@shared_task(ignore_result=True)
def send_digests():
    """Tell moderators what waits."""
    announcements.send_digests()
