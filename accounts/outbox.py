"""The mail outbox: rows written in the caller's transaction, sent by the worker, never lost.

A broker that is down costs nothing: what was not handed over is sent by the periodic task.
"""

import logging
import re
import smtplib
import threading
from collections import deque
from datetime import timedelta
from email.utils import make_msgid
from time import monotonic, sleep
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.letters import MailKind, clean_text, look, one_line, sender, stop_headers, stop_url

logger = logging.getLogger(__name__)

# Waiting times after each failed try; when they are used up the mail has failed (about two days).
BACK_OFF = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 360, 360, 360, 360, 360, 360)]
# A code is dead after a quarter of an hour: a mail that brings it later only confuses.
BACK_OFF_OF_CODES = BACK_OFF[:3]
# While the mail server does not answer, one mail knocks so often for all of them.
OUTAGE_WAIT = timedelta(minutes=1)
KEEP_SENT = timedelta(days=90)
# A worker that was woken for mail does not come to it later than this: the periodic task has.
WAKE_SECONDS = 30
# A broker that did not answer is left alone for so long: each try costs a request its time-out.
BROKER_PAUSE_SECONDS = 30
# A process wakes the worker for a letter at once, but no more often than so many times a second: where
# people press at the same time the further letters share one more call.
MOST_CALLS = 5
# Where many wait, a worker sends no more in a second: mail servers turn away who floods them, and a receipt
# may come minutes later where thousands press. Codes do not wait.
LETTERS_A_SECOND = 10


class OutgoingMailQuerySet(models.QuerySet):
    def compose(
        self,
        to,
        template,
        context,
        *,
        language,
        user=None,
        kind="",
        occasion=None,
        holds_code=False,
        headers=None,
    ):
        """A mail in the reader's language, not stored yet.

        `template` names `templates/mail/<template>.txt`: its first line is the subject. An address
        that is none raises `ValidationError`. `kind`: the kind of letter that its reader, who has an
        account, may switch off. `occasion`: what happens once; a second mail about it is not written.
        """
        validate_email(to)
        kind = MailKind(kind) if kind else ""
        more = {"contact": settings.CONTACT_EMAIL, "stop_url": stop_url(user, kind) if kind else ""}
        with translation.override(language):
            text = render_to_string(f"mail/{template}.txt", {**context, **more}).strip()
        subject, _line, text = text.partition("\n")
        headers = {**(headers or {}), **(stop_headers(user, kind) if kind else {})}
        return self.model(
            to=to,
            user=user,
            language=language,
            kind=kind,
            occasion=occasion,
            subject=one_line(subject)[:200],
            text=clean_text(text),
            headers={one_line(k): one_line(v) for k, v in headers.items()},
            message_id=make_msgid(domain=urlsplit(settings.PUBLIC_ORIGIN).hostname),
            holds_code=holds_code,
        )

    def put(self, to, template, context, **options):
        """Compose a mail, store it, and hand it to the worker after commit."""
        return self.post(self.compose(to, template, context, **options))

    def post(self, mail):
        """Store a composed mail and hand it to the worker after commit."""
        mail.save(force_insert=True)
        hand_over_after_commit()
        return mail

    def put_once(self, mails):
        """Store those of the composed `mails` whose occasion has none yet, whoever else stores at the
        same moment, and hand them to the worker after commit."""
        self.bulk_create(mails, ignore_conflicts=True)
        if mails:
            hand_over_after_commit()

    def due(self):
        """What is to be sent now; codes first, as somebody waits for them before a screen."""
        return self.filter(state=OutgoingMail.State.WAITING, next_attempt_at__lte=Now()).order_by(
            "-holds_code", "next_attempt_at", "pk"
        )

    def held_up(self):
        """What waits though it was tried three times: the mail server or our account there is ill."""
        return self.filter(state=OutgoingMail.State.WAITING, attempts__gte=3)

    def send_due(self, most=200, *, pace=0):
        """Send what is due, one row a transaction, skipping rows another worker has; return how many
        the mail server took or refused. With `pace`, no more than so many a second, codes apart.

        A mail server that does not answer ends the run: one row was tried for all of them.
        """
        answered = 0
        for _n in range(most):
            begun = monotonic()
            with transaction.atomic():
                mail = self.due().select_for_update(of=("self",), skip_locked=True).first()
                if mail is None:
                    break
                if not mail.send():
                    break
            answered += 1
            if pace and not mail.holds_code:
                sleep(max(0, begun + 1 / pace - monotonic()))
        return answered

    def retry(self):
        """Put what failed back in the queue and what waits after a failed try to its head, once, whoever
        else presses; return how many. A mail whose code was erased stays: its reader asks for a new
        code."""
        state = OutgoingMail.State
        rows = self.filter(Q(state=state.FAILED) | Q(state=state.WAITING, next_attempt_at__gt=Now()))
        with transaction.atomic():
            moved = (
                rows.exclude(text="")
                .unlocked()
                .update(state=state.WAITING, attempts=0, next_attempt_at=Now())
            )
            if moved:
                hand_over_after_commit()
        return moved

    def drop_waiting(self, user, kind):
        """Forget what still waits of a kind that the person switched off."""
        with transaction.atomic():
            self.filter(user=user, kind=kind, state=OutgoingMail.State.WAITING).unlocked().delete()

    def unlocked(self):
        """These rows, locked, but for one that is being sent this moment: nobody but the worker waits
        for a mail server."""
        rows = self.order_by().select_for_update(of=("self",), skip_locked=True)
        return OutgoingMail.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))

    def purge(self):
        """Forget mail sent long ago, and what failed for as long."""
        state, before = OutgoingMail.State, Now() - KEEP_SENT
        old = Q(state=state.SENT, sent_at__lt=before) | Q(state=state.FAILED, created_at__lt=before)
        return self.filter(old).delete()[0]


def hand_over_after_commit():
    """Wake a worker once a transaction, however many mails it wrote."""
    if not any(function is hand_over for _ids, function, _robust in connection.run_on_commit):
        transaction.on_commit(hand_over)


_broker_rests_until = 0
_calls = deque(maxlen=MOST_CALLS)
_calls_lock = threading.Lock()
_call_to_come = None


def hand_over():
    """Wake a worker; without a broker the periodic task does it within a minute."""
    global _call_to_come
    with _calls_lock:
        if _call_to_come:
            # It comes after this letter was committed, and finds it.
            return
        wait = _calls[0] + 1 - monotonic() if len(_calls) == MOST_CALLS else 0
        if wait > 0:
            _call_to_come = threading.Timer(wait, call_worker)
            _call_to_come.start()
            return
    call_worker()


def call_worker():
    global _broker_rests_until, _call_to_come
    from accounts.tasks import send_waiting_mail

    with _calls_lock:
        _call_to_come = None
        _calls.append(monotonic())
    if monotonic() < _broker_rests_until:
        return
    try:
        send_waiting_mail.apply_async(retry=False, expires=WAKE_SECONDS)
    except Exception as error:
        if monotonic() < _broker_rests_until:
            # Another thread waited for it at the same time, and said so.
            return
        _broker_rests_until = monotonic() + BROKER_PAUSE_SECONDS
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
    # Empty: it cannot be switched off.
    kind = models.CharField(_("kind"), max_length=20, choices=MailKind.choices, blank=True)
    # What it is about and to whom, where that must be told once: `call:7:opened:12`.
    occasion = models.CharField(_("occasion"), max_length=200, unique=True, null=True)
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
                models.F("holds_code").desc(),
                models.F("next_attempt_at"),
                models.F("id"),
                condition=Q(state="waiting"),
                name="outgoingmail_due",
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
        self.readers().exclude(mail_failed_at=None).update(mail_failed_at=None)
        return True

    def message(self, connection):
        headers = {"Reply-To": settings.CONTACT_EMAIL} if settings.CONTACT_EMAIL else {}
        headers |= {**self.headers, "Message-ID": self.message_id, "Auto-Submitted": "auto-generated"}
        with translation.override(self.language):
            message = EmailMultiAlternatives(
                self.subject, self.text, sender(), [self.to], headers=headers, connection=connection
            )
            context = look(self.subject, self.text, self.language)
            message.attach_alternative(render_to_string("mail/letter.html", context), "text/html")
        return message

    def note_failure(self, error):
        """Wait longer after each try; a refusal for good (5xx) or too many tries end it. While the mail
        server cannot be spoken to at all no mail fails for that, except one with a code."""
        waits = BACK_OFF_OF_CODES if self.holds_code else BACK_OFF
        self.last_error = one_line(reason(error))[:500]
        if no_answer(error) and not self.holds_code:
            self.next_attempt_at = Now() + OUTAGE_WAIT
        elif refused_for_good(error) or self.attempts > len(waits):
            self.state = self.State.FAILED
            self.erase_code()
        else:
            self.next_attempt_at = Now() + waits[self.attempts - 1]
        self.save()
        if address_refused(error):
            self.readers().filter(email=self.to.lower()).update(mail_failed_at=Now())

    def readers(self):
        """Whoever's account the mail was sent to."""
        User = self._meta.get_field("user").related_model
        return User.objects.filter(Q(email=self.to.lower()) | Q(pk=self.user_id))

    def erase_code(self):
        """A code is kept no longer than it takes to send it."""
        if self.holds_code:
            self.subject, self.text = "", ""

    def retry(self):
        """Put a failed mail back in the queue; False when there is nothing to send again."""
        return bool(OutgoingMail.objects.filter(pk=self.pk).retry())


def answers(error):
    """`[(code, words)]` that the mail server gave; empty when it was not spoken to."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        found = error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        found = [(error.smtp_code, error.smtp_error)]
    else:
        found = []
    return [
        (code, words.decode("utf-8", "replace") if isinstance(words, bytes) else words)
        for code, words in found
    ]


def reason(error):
    """Why it failed, as staff read it: the server's own words, else what happened to the connection."""
    words = "; ".join(f"{code} {text}" for code, text in answers(error))
    return words or f"{type(error).__name__}: {error}"


def no_answer(error):
    """Whether the mail server could not be reached or spoken to, or does not know us, whatever the
    mail."""
    if isinstance(error, smtplib.SMTPException):
        return isinstance(
            error,
            smtplib.SMTPConnectError
            | smtplib.SMTPServerDisconnected
            | smtplib.SMTPHeloError
            | smtplib.SMTPAuthenticationError
            | smtplib.SMTPSenderRefused,
        )
    return isinstance(error, OSError)


def refused_for_good(error):
    """Whether the mail server said no to this mail with a 5xx answer, or no server could take it."""
    if isinstance(error, ValueError):
        return True
    codes = [code for code, _words in answers(error)]
    return bool(codes) and min(codes) >= 500 and not no_answer(error)


def address_refused(error):
    """Whether a 5xx answer was about the reader's address (RFC 3463: 5.1.x, or no better word)."""
    if not refused_for_good(error):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return True
    return any(re.match(r"5\.1\.\d", words) for _code, words in answers(error))
