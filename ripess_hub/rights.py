"""A person's rights: what each app offers, made one. Their data to take away; their erasure, and the
log of erasures by which a restored backup forgets again whoever had left."""

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from accounts import rights as accounts
from accounts.models import User
from contributions import rights as contributions
from directory import rights as directory
from ripess_hub import dump
from ripess_hub.models import Dump
from workinggroup import rights as workinggroup

logger = logging.getLogger(__name__)

# The account goes last: the others ask for its addresses.
APPS = {
    "contributions": contributions,
    "groups": workinggroup,
    "directory": directory,
    "account": accounts,
}


def export_for(user):
    """Everything the hub knows of a person, as pieces of one JSON text; long lists come one by one."""
    data = {name: app.export_for(user) for name, app in APPS.items()}
    return pieces({"hub": settings.PUBLIC_ORIGIN, "made": timezone.now(), **data})


def pieces(value, indent="\n"):
    """JSON in pieces, so that no more than one record is in memory at a time."""
    if isinstance(value, dict | Iterator | list) and value:
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        deeper, comma = indent + " ", ""
        yield opening
        for item in value.items() if isinstance(value, dict) else value:
            yield f"{comma}{deeper}"
            if isinstance(value, dict):
                yield f"{dumped(item[0])}: "
                item = item[1]
            yield from pieces(item, deeper)
            comma = ","
        yield f"{indent if comma else ''}{closing}"
    else:
        yield dumped(value)


def dumped(value):
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


def erase(user, *, noted=False):
    """Erase a person from every app, wholly or not at all; False when somebody else did meanwhile.

    The log is written and on the disk before the commit: a crash in between is made good by
    `replay_erasures`, which housekeeping calls. `noted`: it stands in the log already.
    """
    with transaction.atomic():
        found = User.objects.select_for_update().filter(pk=user.pk).first()
        if found is None:
            return False
        for app in APPS.values():
            app.erase(found)
        with connection.cursor() as cursor:
            # What only the commit would find wrong is found before the log says that it happened.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.on_commit(forget_copies, robust=True)
        if not noted:
            note(user.pk)
    return True


def forget_copies():
    """Cached pages and the dump are not given out after a change; here they are removed as well."""
    for made in Dump.objects.all():
        if not dump.holds(made):
            made.remove()
    try:
        caches["pages"].clear()
    except (RedisError, OSError) as error:
        logger.warning("The page cache does not answer; its pages expire in minutes. %s", error)


def log():
    """The log lies outside the database, so that a restored backup does not take it back."""
    return Path(settings.DATA_DIR, "erasures", "log")


def note(number):
    """Add a line to the log of erasures: the number of the account and the instant, nothing else."""
    log().parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"person": number, "at": datetime.now(UTC).isoformat()})
    file = os.open(log(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # The line before may be torn: each begins anew.
        os.write(file, f"\n{line}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)
    folder = os.open(log().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def noted():
    """`{number: instant}` of the log; a torn line belongs to an erasure that did not happen."""
    found = {}
    if log().exists():
        for line in log().read_text(errors="replace").splitlines():
            try:
                entry = json.loads(line)
                found[int(entry["person"])] = datetime.fromisoformat(entry["at"])
            except (ValueError, KeyError, TypeError):
                continue
    return found


def replay_erasures():
    """Erase again whoever had left and came back with a restored backup; return how many.

    A number may belong to somebody new after a restore: who joined after the erasure stays.
    """
    left = noted()
    back = User.objects.filter(pk__in=left).only("pk", "date_joined") if left else ()
    return sum(erase(user, noted=True) for user in back if user.date_joined <= left[user.pk])
