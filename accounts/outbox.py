"""The mail outbox: rows written in the caller's transaction, sent by the worker, never lost.

A broker that is down costs nothing: what was not handed over is sent by the periodic task.
"""

import logging
import re
import smtplib
from datetime import timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

# Waiting times after each failed try; when they are used up the mail has failed (about two days).
BACK_OFF = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 360, 360, 360, 360, 360, 360)]
# A code is dead after a quarter of an hour: a mail that brings it later only confuses.
BACK_OFF_OF_CODES = BACK_OFF[:3]
KEEP_SENT = timedelta(days=90)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def one_line(text):
    """A header's value: no line break or control character can start another header."""
    return " ".join(CONTROL.sub(" ", whole(text)).split())


def whole(text):
    """The text without halves of surrogate pairs, which neither the database nor a mail can hold."""
    return text.encode("utf-8", "replace").decode()


class OutgoingMailQuerySet(models.QuerySet):
    def put(self, to, template, context, *, language, user=None, holds_code=False, headers=None):
        """Write a mail in the reader's language and hand it to the worker after commit.

        `template` names `templates/mail/<template>.txt`: its first line is the subject. An address
        that is none raises `ValidationError`.
        """
        validate_email(to)
        with translation.override(language):
            subject, _blank, text = render_to_string(f"mail/{template}.txt", context).strip().partition("\n")
        text = CONTROL_BUT_LINES.sub("", whole(text)).strip() + "\n"
        mail = self.create(
            to=to,
            user=user,
            language=language,
            subject=one_line(subject)[:200],
            text=text,
            headers={one_line(k): one_line(v) for k, v in (headers or {}).items()},
            message_id=make_msgid(domain=urlsplit(settings.PUBLIC_ORIGIN).hostname),
            holds_code=holds_code,
        )
        hand_over_after_commit()
        return mail

    def due(self):
        return self.filter(state=OutgoingMail.State.WAITING, next_attempt_at__lte=Now()).order_by(
            "next_attempt_at", "pk"
        )

    def send_due(self, most=200):
        """Send what is due, one row a transaction, skipping rows another worker has; return how many
        were sent.

        A mail server that does not answer ends the run: one row was tried for all of them.
        """
        sent = 0
        for _n in range(most):
            with transaction.atomic():
                mail = self.due().select_for_update(skip_locked=True).first()
                if mail is None:
                    break
                answered = mail.send()
            sent += mail.state == OutgoingMail.State.SENT
            if not answered:
                break
        return sent

    def retry(self):
        """Put what failed back in the queue, once, whoever else presses; return how many. A mail whose
        code was erased stays: its reader asks for a new code."""
        moved = (
            self.filter(state=OutgoingMail.State.FAILED)
            .exclude(text="")
            .update(state=OutgoingMail.State.WAITING, attempts=0, next_attempt_at=Now())
        )
        if moved:
            hand_over_after_commit()
        return moved

    def purge(self):
        """Forget mail sent long ago."""
        return self.filter(state=OutgoingMail.State.SENT, sent_at__lt=Now() - KEEP_SENT).delete()[0]


def hand_over_after_commit():
    """Wake a worker once a transaction, however many mails it wrote: a broker that is down would
    cost its two seconds for each."""
    if not any(function is hand_over for _ids, function, _robust in connection.run_on_commit):
        transaction.on_commit(hand_over)


def hand_over():
    """Wake a worker; without a broker the periodic task does it within a minute."""
    from accounts.tasks import send_waiting_mail

    try:
        send_waiting_mail.apply_async(retry=False)
    except Exception as error:
        logger.warning("The broker does not answer; the mail waits for the periodic task. %s", error)


class OutgoingMail(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    to = models.EmailField(_("to"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("person")
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    # The same at every try, so that a mail that arrives twice is seen as one.
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    holds_code = models.BooleanField(_("holds a code"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_attempt_at = models.DateTimeField(_("next try"), db_default=Now())
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"), db_default=Now())
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(state="waiting"), name="outgoingmail_due"
            )
        ]

    def __str__(self):
        return f"{self.to} {self.created_at:%Y-%m-%d %H:%M}"

    def send(self):
        """Try once; the caller holds the row's lock. Return whether the mail server answered.

        A worker that dies in here leaves the row as it was. What cannot be a connection's fault is
        noted on the row, so that no mail holds up those behind it.
        """
        message = self.message(get_connection())
        self.attempts += 1
        try:
            message.send()
        except Exception as error:
            self.note_failure(error)
            return not no_answer(error)
        self.state, self.sent_at, self.last_error = self.State.SENT, Now(), ""
        self.erase_code()
        self.save()
        return True

    def message(self, connection):
        message = EmailMultiAlternatives(
            self.subject,
            self.text,
            settings.DEFAULT_FROM_EMAIL,
            [self.to],
            headers={**self.headers, "Message-ID": self.message_id, "Auto-Submitted": "auto-generated"},
            connection=connection,
        )
        context = {"subject": self.subject, "text": self.text, "language": self.language}
        message.attach_alternative(render_to_string("mail/base.html", context), "text/html")
        return message

    def note_failure(self, error):
        """Wait longer after each try; a refusal for good (5xx) or too many tries end it."""
        waits = BACK_OFF_OF_CODES if self.holds_code else BACK_OFF
        self.last_error = one_line(f"{type(error).__name__}: {error}")[:500]
        if refused_for_good(error) or self.attempts > len(waits):
            self.state = self.State.FAILED
            self.erase_code()
        else:
            self.next_attempt_at = Now() + waits[self.attempts - 1]
        self.save()

    def erase_code(self):
        """A code is kept no longer than it takes to send it."""
        if self.holds_code:
            self.subject, self.text = "", ""

    def retry(self):
        """Put a failed mail back in the queue; False when there is nothing to send again."""
        return bool(OutgoingMail.objects.filter(pk=self.pk).retry())


def no_answer(error):
    """Whether the mail server could not be reached or spoken to, whatever the mail."""
    if isinstance(error, smtplib.SMTPException):
        return isinstance(
            error,
            smtplib.SMTPConnectError
            | smtplib.SMTPServerDisconnected
            | smtplib.SMTPHeloError
            | smtplib.SMTPAuthenticationError,
        )
    return isinstance(error, OSError)


def refused_for_good(error):
    """Whether the mail server said no to this mail with a 5xx answer, or no server could take it."""
    if isinstance(error, ValueError):
        return True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reason in error.recipients.values())
    return (
        isinstance(error, smtplib.SMTPResponseException)
        and error.smtp_code >= 500
        and not isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPAuthenticationError)
    )
