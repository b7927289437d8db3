"""What a data folder holds for the services run below it: their sockets, and the key of the site. Nothing
is started here, so settings may ask (see docs/launching.md)."""

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

# A Unix socket's path may have 107 bytes; the longest name we put in the folder needs 20 of them.
LONGEST_FOLDER = 87
SUPERUSER = DATABASE = "hub"


def socket_folder(data_dir):
    """The folder of the sockets: below `data_dir`, or a short private one when that path is too long."""
    folder = Path(data_dir) / "sockets"
    if len(os.fsencode(folder)) <= LONGEST_FOLDER:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hub-{os.getuid()}-{digest}"


def database_url(data_dir, database=DATABASE):
    return f"postgres://{SUPERUSER}@/{socket_folder(data_dir)}/{database}"


def broker_url(data_dir):
    return f"redis+socket://{socket_folder(data_dir)}/valkey.sock?virtual_host=0"


def cache_url(data_dir):
    return f"unix://{socket_folder(data_dir)}/valkey.sock?db=1"


def secret_key(data_dir):
    """The key of this data folder, made at random when it is first asked for; readable by us alone."""
    path = Path(data_dir) / "secret_key"
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret_key.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(50))
    # Whoever links first has made it; the others read theirs.
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text().strip()
