from threading import Lock

from celery import shared_task
from celery.worker import state as worker

from accounts.models import OutgoingMail
from accounts.outbox import LETTERS_A_SECOND

_sending = Lock()


@shared_task(ignore_result=True)
def send_waiting_mail():
    """Send what waits in the outbox. One thread of a worker does so at a time: a mail server that is
    silent holds that one and leaves the others to everything else."""
    answered = True
    # Asked again after letting go: whoever found the door shut meanwhile has left their mail here. A worker
    # that is asked to end does so within a second or two; the next one finds what waits.
    while (
        answered and not ending() and OutgoingMail.objects.due().exists() and _sending.acquire(blocking=False)
    ):
        try:
            answered = OutgoingMail.objects.send_due(LETTERS_A_SECOND, pace=LETTERS_A_SECOND)
        finally:
            _sending.release()


def ending():
    """Whether this process is a worker that was asked to end once its tasks are done."""
    return worker.should_stop is not None and worker.should_stop is not False
