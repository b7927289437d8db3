from celery import shared_task

from contributions.models import Draft


@shared_task(ignore_result=True)
def discard_expired_drafts():
    """Remove drafts of nobody whose time is over, with their files."""
    Draft.objects.expired().discard()
