"""What `./run` does once the packages are there: prepare, start, watch, stop.

`./run` starts the hub, `./run demo` a labelled demonstration beside it, `./run test` runs the tests,
`./run manage …` any management command, `./run bench` the measurements.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from ripess_hub import embedded

ROOT = Path(__file__).resolve().parent.parent
HELP = """\
./run                 start the hub (PORT chooses the port, DATA_DIR the data folder)
./run demo            the same with invented, labelled content in its own data folder
./run test [args]     run the tests; args go to pytest
./run manage …        any management command, e.g. ./run manage createsuperuser
./run bench [args]    measure the pages beside a bare Django view
./run bench rush      measure the last minute of a call: is anything lost, late or doubled?
./run help            this text"""
FIRST_STAFF = "The first staff account: ./run manage createsuperuser"


def say(text):
    print(text, flush=True)


@contextmanager
def step(name):
    """Print one line a step, with the seconds it took."""
    start = time.monotonic()
    print(f"  {name} …", end="", flush=True)
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - start:.1f} s", flush=True)


def data_dir(default="var"):
    chosen = os.environ.get("DATA_DIR") or str(ROOT / default)
    folder = Path(chosen).expanduser().resolve()
    os.environ["DATA_DIR"] = str(folder)
    return folder


def free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_port():
    """The port asked for, or the first free one from 8000 on."""
    asked = os.environ.get("PORT")
    if asked:
        if not asked.isdigit() or not 0 < int(asked) < 65536:
            raise embedded.CannotStart(f"PORT must be a number from 1 to 65535, not {asked!r}.")
        if not free(int(asked)):
            raise embedded.CannotStart(f"Port {asked} is taken by another program. Choose another PORT.")
        return int(asked)
    for port in range(8000, 8100):
        if free(port):
            if port != 8000:
                say(f"Port 8000 is taken by another program; using {port}.")
            os.environ["PORT"] = str(port)
            return port
    raise embedded.CannotStart("No port from 8000 to 8099 is free. Choose one with PORT.")


def compile_messages():
    """Compile the translations that changed; needs no gettext on the machine."""
    import polib

    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            draft = target.with_suffix(f".{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(draft))
            os.replace(draft, target)


def prepare(folder):
    """Bring database, translations, static files and catalogue up to date, in one process.

    What people can mend, a wrong setting, a database that is away or an error of the catalogue, ends
    the start with its sentence alone.
    """
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import OperationalError

    try:
        bring_up_to_date(folder)
    except (ImproperlyConfigured, CommandError) as problem:
        raise embedded.CannotStart(str(problem)) from None
    except OperationalError as problem:
        raise embedded.CannotStart(f"The database cannot be used: {str(problem).strip()}") from None


def bring_up_to_date(folder):
    with step("translations"):
        compile_messages()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ripess_hub.settings")
    import django
    from django.core.management import call_command

    with step("tables"):
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        # The data folder may hold a restored backup.
        call_command("replay_erasures")
    with step("static files"):
        collect_static(folder)
    with step("catalogue"):
        call_command("load_catalogue", if_changed=True, verbosity=0)


def collect_static(folder):
    """Collect and compress the static files, unless none is newer than the last collection."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    stamp = folder / "static" / ".collected"
    files = [Path(storage.path(path)) for finder in get_finders() for path, storage in finder.list([])]
    newest = f"{len(files)} {max(file.stat().st_mtime for file in files)} {ROOT}"
    if stamp.exists() and stamp.read_text() == newest:
        return
    shutil.rmtree(folder / "static", ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(newest)


class Site:
    """The web server and the worker, kept alive."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        python = [sys.executable, "-m"]
        self.commands = {
            "web": [*python, "gunicorn", "-c", "python:ripess_hub.gunicorn", "ripess_hub.wsgi:application"],
            "worker": [
                *python, "celery", "-A", "ripess_hub", "--quiet", "worker", "--beat", "--pool", "threads",
                "--concurrency", "2", "--loglevel", "warning", "--schedule", str(folder / "beat"),
                "--without-gossip", "--without-mingle",
            ],
        }  # fmt: skip
        # The worker handles mail of our own making: running it as root on one's own machine is fine.
        self.environment = {
            **os.environ,
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        }
        self.processes, self.starts = {}, {}

    def launch(self, name):
        self.starts.setdefault(name, []).append(time.monotonic())
        self.processes[name] = subprocess.Popen(
            self.commands[name], cwd=ROOT, stdin=subprocess.DEVNULL, env=self.environment,
            # Letters with codes, uploads and beat's state are nobody else's on this machine.
            umask=0o077, preexec_fn=embedded.die_with_parent(
                # Letters wait for pages when both want the processor, as in the last minute of a call.
                signal.SIGTERM, patient=name == "worker"
            ),
        )  # fmt: skip

    def start(self):
        # The worker starts once pages are served: people wait for those.
        self.launch("web")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.processes["web"].poll() is not None:
                raise embedded.CannotStart("The web server ended at once; see the lines above.")
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/healthz")
            with suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(request, timeout=2)
                self.launch("worker")
                return
            time.sleep(0.05)
        raise embedded.CannotStart("The web server does not answer.")

    def watch(self, services):
        """Start again what ends by itself; give up when it keeps ending, or a service ended."""
        while True:
            time.sleep(0.5)
            for service in services.running:
                if service.process.poll() is not None:
                    raise embedded.CannotStart(f"{type(service).__name__} ended; see {self.folder}/*.log.")
            for name, process in list(self.processes.items()):
                if process.poll() is None:
                    continue
                recent = [t for t in self.starts[name] if t > time.monotonic() - 60]
                if len(recent) >= 5:
                    raise embedded.CannotStart(f"The {name} keeps ending; see the lines above.")
                say(f"The {name} ended (code {process.returncode}); starting it again.")
                time.sleep(len(recent) * 0.5)
                self.launch(name)

    def stop(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(25)
            except subprocess.TimeoutExpired:
                process.kill()


def stop_on_signals():
    def stop(number, frame):
        raise KeyboardInterrupt

    # Set even where the shell that started us in the background ignores Ctrl-C.
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)


def serve(demo=False):
    if demo and os.environ.get("DATABASE_URL"):
        raise embedded.CannotStart(
            "The demonstration keeps to its own data folder: unset DATABASE_URL, or use ./run."
        )
    folder = data_dir("var/demo" if demo else "var")
    if demo:
        os.environ["HUB_DEMO"] = "1"
    services, site = embedded.Services(folder), None
    if not services.start():
        say(f"The hub runs already: {services.noted() or folder}")
        return 1
    first = not (folder / "started").exists()
    try:
        port = choose_port()
        prepare(folder)
        if demo:
            from django.core.management import call_command

            call_command("load_demonstration")
        site = Site(folder, port)
        with step("web server"):
            site.start()
        address = os.environ.get("PUBLIC_ORIGIN") or f"http://localhost:{port}"
        services.note(address)
        say(f"\nThe hub is at {address}/   (Ctrl-C ends it)")
        if first and not demo:
            say(FIRST_STAFF)
            (folder / "started").touch()
        site.watch(services)
    except KeyboardInterrupt:
        say("\nEnding …")
        return 0
    finally:
        with suppress(OSError):
            (folder / "address").unlink()
        if site:
            site.stop()
        services.stop()


def with_services(folder, command, *, durable=True, before=None):
    """Run `command` with the services up: those that run already, or our own for its duration."""
    services = embedded.Services(folder, durable=durable)
    services.start()
    try:
        if before:
            before()
        # The command is in our terminal and gets Ctrl-C itself.
        process = subprocess.Popen(command, cwd=ROOT)
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
    finally:
        services.stop()


def manage(arguments):
    compile_messages()
    return with_services(data_dir(), [sys.executable, "manage.py", *arguments])


def find_chromium():
    wanted = os.environ.get("HUB_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome")
    return wanted or next(filter(None, map(shutil.which, names)), None)


def test(arguments):
    """The whole suite on its own data folder, database and cache."""
    for name in ("DATABASE_URL", "REDIS_URL", "HUB_DEMO", "PUBLIC_ORIGIN", "PORT", "EMAIL_URL", "DEBUG"):
        os.environ.pop(name, None)
    os.environ["DATA_DIR"] = str(ROOT / "var" / "test")
    browser = find_chromium()
    if browser:
        os.environ["HUB_CHROMIUM"] = browser
    else:
        say(
            "\n*** NO CHROMIUM FOUND: the browser tests do not run. On Debian: apt-get install chromium ***\n"
        )
        if os.environ.get("HUB_REQUIRE_BROWSER"):
            return 1
    command = [sys.executable, "-m", "pytest", *arguments]
    return with_services(data_dir(), command, durable=False, before=compile_messages)


def bench(arguments):
    folder = data_dir("var/bench")

    def collected():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ripess_hub.settings")
        import django

        django.setup()
        compile_messages()
        collect_static(folder)

    module = "ripess_hub.bench"
    if arguments[:1] == ["rush"]:
        module, arguments = "ripess_hub.bench_rush", arguments[1:]
    return with_services(folder, [sys.executable, "-m", module, *arguments], before=collected)


def main(arguments):
    stop_on_signals()
    command, rest = (arguments[0], arguments[1:]) if arguments else ("start", [])
    os.chdir(ROOT)
    try:
        if command in ("start", "demo") and not rest:
            return serve(demo=command == "demo")
        if command in ("test", "manage", "bench"):
            return {"test": test, "manage": manage, "bench": bench}[command](rest)
    except embedded.CannotStart as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    say(HELP)
    return 0 if command in ("help", "-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
