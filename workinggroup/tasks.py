from celery import shared_task

from workinggroup import announcements


@shared_task(ignore_result=True)
def announce_meetings():
    """Tell followers of meetings that were moved or cancelled."""
    announcements.announce_meetings()
