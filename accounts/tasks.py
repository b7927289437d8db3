from threading import Lock

from celery import shared_task

from accounts.models import OutgoingMail
from accounts.outbox import LETTERS_A_SECOND

_sending = Lock()


@shared_task(ignore_result=True)
def send_waiting_mail():
    """Send what waits in the outbox. One thread of a worker does so at a time: a mail server that is
    silent holds that one and leaves the others to everything else."""
    sent = True
    # Asked again after letting go: whoever found the door shut meanwhile has left their mail here.
    while sent and OutgoingMail.objects.due().exists() and _sending.acquire(blocking=False):
        try:
            sent = OutgoingMail.objects.send_due(pace=LETTERS_A_SECOND)
        finally:
            _sending.release()
