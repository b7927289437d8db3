"""A real mail server that does as it is told."""

import asyncio
import email
import email.policy
import socket
import threading
from datetime import timedelta

from aiosmtpd.controller import Controller
from django.utils import timezone

from accounts.models import OutgoingMail


class Handler:
    """Answers DATA, or a recipient, with the given replies in turn, then with 250. `delay` holds the
    answer to DATA for so many seconds; `arrived` says that one is being held. `seen` are all letters
    that came, `received` those taken."""

    def __init__(self, *replies, delay=0, recipients=()):
        self.replies, self.recipients, self.delay = list(replies), list(recipients), delay
        self.seen, self.received, self.envelopes, self.arrived = [], [], [], threading.Event()

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.recipients.pop(0) if self.recipients else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        self.seen.append(envelope.content.decode())
        self.arrived.set()
        await asyncio.sleep(self.delay)
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply.startswith("250"):
            self.received.append(envelope.content.decode())
            self.envelopes.append(envelope)
        return reply

    @property
    def messages(self):
        return [
            email.message_from_bytes(text.encode(), policy=email.policy.default) for text in self.received
        ]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(handler):
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    return controller


def put(language="fr", **options):
    return OutgoingMail.objects.put(
        "awa@example.org", "notice", {"notice": "totp_activated"}, language=language, **options
    )


def due_again(mail):
    OutgoingMail.objects.filter(pk=mail.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))
