from celery import shared_task

from accounts.models import OutgoingMail


@shared_task(ignore_result=True)
def send_waiting_mail():
    """Send what waits in the outbox."""
    OutgoingMail.objects.send_due()
