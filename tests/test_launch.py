"""The launcher, on real services in folders of its own: one owner, nothing left behind, nothing lost."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from ripess_hub import data_folder, embedded, launch

ROOT = Path(__file__).resolve().parent.parent
SERVE = """
import sys, time
from ripess_hub import embedded
services = embedded.Services(sys.argv[1], durable=sys.argv[2] == "durable")
print("started" if services.start() else "taken", flush=True)
time.sleep(60 if services.owner else 0)
"""


@pytest.fixture
def folder(tmp_path):
    # PostgreSQL runs as nobody when root starts it, so it must be able to walk here.
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return tmp_path / "data"


def environment():
    return {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}


def supervise(folder, how="quick"):
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), how],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    return process, process.stdout.readline().strip()


def connect(folder):
    return psycopg.connect(
        host=str(data_folder.socket_folder(folder)), user="hub", dbname="hub", autocommit=True
    )


def at_work_in(folder):
    return embedded._processes_in((folder / "postgresql").resolve()) + embedded._processes_in(
        (folder / "valkey").resolve()
    )


def test_after_kill_9_nothing_runs_and_the_next_start_has_all_data(folder):
    first, word = supervise(folder)
    assert word == "started"
    with connect(folder) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('solidaridad')")
    other, word = supervise(folder)
    assert (word, other.wait(10)) == ("taken", 0)
    assert at_work_in(folder)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    until = time.monotonic() + 10
    while at_work_in(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert at_work_in(folder) == []
    second, word = supervise(folder)
    try:
        assert word == "started"
        with connect(folder) as connection:
            assert connection.execute("SELECT word FROM kept").fetchone() == ("solidaridad",)
    finally:
        second.kill()
        second.wait(10)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere initdb outlives what started it")
def test_a_first_start_that_is_killed_while_it_makes_the_database_is_begun_anew(folder):
    first = subprocess.Popen([sys.executable, "-c", SERVE, str(folder), "quick"], cwd=ROOT, env=environment())
    until = time.monotonic() + 30
    while not [*folder.glob("postgresql*/PG_VERSION")] and time.monotonic() < until:
        time.sleep(0.005)
    first.kill()
    first.wait(10)
    assert not (folder / "postgresql" / "PG_VERSION").exists()
    second, word = supervise(folder)
    try:
        assert word == "started"
        with connect(folder) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        second.kill()
        second.wait(10)


@pytest.fixture
def services(folder, monkeypatch):
    """Services of this very process, to be started in the folder after those of another."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    services = embedded.Services(folder)
    yield services
    services.stop()


@pytest.fixture
def hub(folder):
    """A supervisor with its services and one committed row, and the ids of its PostgreSQL by what they are;
    whatever of it still runs is killed in the end."""
    process, word = supervise(folder, "durable")
    assert word == "started"
    with connect(folder) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('solidaridad')")
        ids = dict(connection.execute("SELECT backend_type, pid FROM pg_stat_activity").fetchall())
    ids["postmaster"] = int((folder / "postgresql/postmaster.pid").read_text().split()[0])
    started = at_work_in(folder)
    yield process, ids
    process.kill()
    process.wait(10)
    for pid in set(started) & set(at_work_in(folder)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="what works in a folder is seen on Linux only")
@pytest.mark.parametrize(
    ("stuck", "patience"),
    [
        ("checkpointer", ((1, signal.SIGQUIT), (60, None))),
        ("postmaster", ((1, signal.SIGQUIT), (1, signal.SIGKILL), (60, None))),
    ],
)
def test_a_postgresql_that_hangs_after_kill_9_is_ended_by_the_next_start(
    hub, folder, services, monkeypatch, stuck, patience
):
    supervisor, ids = hub
    before = set(at_work_in(folder))
    os.kill(ids[stuck], signal.SIGSTOP)
    supervisor.kill()
    supervisor.wait(10)
    monkeypatch.setattr(embedded, "PATIENCE", patience)
    assert services.start()
    assert not before & set(at_work_in(folder))
    with connect(folder) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("solidaridad",)


@pytest.mark.skipif(sys.platform != "linux", reason="what works in a folder is seen on Linux only")
def test_a_postgresql_that_cannot_be_ended_keeps_its_lock_file(hub, folder, services, monkeypatch):
    supervisor, ids = hub
    os.kill(ids["checkpointer"], signal.SIGSTOP)
    supervisor.kill()
    supervisor.wait(10)
    monkeypatch.setattr(embedded, "PATIENCE", ((1, 0), (1, None)))
    with pytest.raises(embedded.CannotStart, match=f"cannot be ended: .*{ids['checkpointer']}"):
        services.start()
    assert (folder / "postgresql/postmaster.pid").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="what works in a folder is seen on Linux only")
def test_a_postgresql_whose_supervisor_lives_is_left_alone_also_without_the_lock(hub, folder, services):
    (folder / "lock").unlink()
    with pytest.raises(embedded.CannotStart, match="what started it still runs"):
        services.start()
    with connect(folder) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("solidaridad",)


@pytest.mark.skipif(sys.platform != "linux", reason="what works in a folder is seen on Linux only")
def test_a_program_of_somebody_who_looks_into_the_data_folder_is_none_of_postgresql(folder):
    postgres = embedded.Postgres(folder)
    postgres.data.mkdir(parents=True)
    bystander = subprocess.Popen(["sleep", "60"], cwd=postgres.data)
    try:
        assert embedded._processes_in(postgres.data.resolve()) == [bystander.pid]
        assert postgres._at_work() == []
    finally:
        bystander.kill()
        bystander.wait(10)


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="only root can lack a right of root",
)
def test_root_without_every_right_sees_its_servant_at_work(hub, folder):
    _, ids = hub
    look = f"from ripess_hub import embedded; print(embedded.Postgres({str(folder)!r})._at_work())"
    without = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    done = subprocess.run([*without, sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True)
    assert str(ids["postmaster"]) in done.stdout, done.stderr


def test_a_valkey_that_cannot_save_is_ended_all_the_same(tmp_path, monkeypatch):
    service = embedded.Valkey(tmp_path)
    service.start()
    socket_path = embedded.socket_folder(tmp_path) / "valkey.sock"
    redis.Redis(unix_socket_path=str(socket_path)).set("a", "b")
    shutil.rmtree(tmp_path / "valkey")
    monkeypatch.setattr(embedded, "VALKEY_ENDS_SECONDS", 1)
    service.stop()
    assert service.process.poll() is not None


def test_a_deep_folder_gets_a_short_private_place_for_its_sockets(tmp_path):
    deep = tmp_path / ("x" * 90)
    folder = data_folder.socket_folder(deep)
    assert len(os.fsencode(folder)) <= data_folder.LONGEST_FOLDER
    assert data_folder.socket_folder(deep) == folder
    assert data_folder.socket_folder(tmp_path / ("y" * 90)) != folder
    assert str(tmp_path) not in data_folder.database_url(deep)


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    target = tmp_path / "real"
    target.mkdir()
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(embedded.CannotStart):
        embedded._private_folder(link, None)
    embedded._private_folder(target, None)
    assert target.stat().st_mode & 0o777 == 0o700


def test_the_secret_key_is_made_once_and_readable_by_us_alone(tmp_path):
    key = data_folder.secret_key(tmp_path)
    assert data_folder.secret_key(tmp_path) == key
    assert len(key) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert data_folder.secret_key(tmp_path / "other") != key


def test_the_port_asked_for_is_taken_or_refused_with_a_sentence(monkeypatch, capsys):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        monkeypatch.setenv("PORT", str(busy.getsockname()[1]))
        with pytest.raises(embedded.CannotStart, match="is taken by another program"):
            launch.choose_port()
    monkeypatch.setenv("PORT", "many")
    with pytest.raises(embedded.CannotStart, match="must be a number"):
        launch.choose_port()
    monkeypatch.delenv("PORT")
    monkeypatch.setattr(launch, "free", lambda port: port > 8001)
    assert launch.choose_port() == 8002
    assert "Port 8000 is taken" in capsys.readouterr().out
    assert os.environ["PORT"] == "8002"


def test_the_demonstration_refuses_a_database_of_others(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://x@localhost/real")
    with pytest.raises(embedded.CannotStart, match="its own data folder"):
        launch.serve(demo=True)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "many", "PORT cannot be read"),
        ("PORT", "70000", "PORT must lie between"),
        ("DEBUG", "perhaps", "DEBUG"),
        ("PUBLIC_ORIGIN", "hub.example.org", "PUBLIC_ORIGIN must be a scheme and a host"),
        ("ALLOWED_HOSTS", "a/b", "'a/b' is not the name of a host"),
        ("ALLOWED_HOSTS", "hub.example.org,https://hub.example.org", "'https://hub.example.org' is not"),
        ("ALLOWED_HOSTS", "hub.example.org:8000", "is not the name of a host"),
        ("ALLOWED_HOSTS", " , ", "it names no host"),
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("DATABASE_URL", "sqlite:///x", "must name a PostgreSQL database"),
        ("REDIS_URL", "http://x", "REDIS_URL must be"),
        ("EMAIL_URL", "mail.example.org", "EMAIL_URL cannot be read"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_a_sentence(name, value, sentence, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import ripess_hub.settings"],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "DATA_DIR": str(tmp_path), name: value},
    )  # fmt: skip
    assert done.returncode != 0
    assert sentence in done.stderr.strip().splitlines()[-1]


def test_hosts_may_have_spaces_between_them_and_be_addresses(tmp_path):
    given = "hub.example.org, .example.org,127.0.0.1 ,[::1], *"
    code = "from ripess_hub.settings import ALLOWED_HOSTS; print(ALLOWED_HOSTS)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "DATA_DIR": str(tmp_path), "ALLOWED_HOSTS": given},
    )  # fmt: skip
    assert done.stdout.strip() == "['hub.example.org', '.example.org', '127.0.0.1', '[::1]', '*']"


@pytest.mark.parametrize(
    ("database", "sentence"),
    [
        ("mysql://x/y", "DATABASE_URL must name a PostgreSQL database (postgres://…)."),
        ("postgres://hub@127.0.0.1:9/hub", "The database cannot be used: "),
    ],
)
def test_a_start_that_cannot_be_says_why_without_a_trace_of_the_program(database, sentence, tmp_path):
    given = {"DATA_DIR": str(tmp_path), "DATABASE_URL": database, "REDIS_URL": "redis://127.0.0.1:9/0"}
    kept = {name: value for name, value in os.environ.items() if name not in ("PORT", "HUB_DEMO")}
    done = subprocess.run(
        [sys.executable, "-m", "ripess_hub.launch"],
        cwd=ROOT, capture_output=True, text=True, env={**kept, **given},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().startswith(sentence)
    assert "Traceback" not in done.stderr


def test_what_the_site_writes_is_for_nobody_else_on_the_machine(tmp_path):
    site = launch.Site(tmp_path, 8000)
    site.commands["worker"] = [sys.executable, "-c", f"import os; os.mkdir({str(tmp_path / 'mail')!r})"]
    site.launch("worker")
    assert site.processes["worker"].wait(20) == 0
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700


def test_help_and_unknown_words(capsys):
    assert launch.main(["help"]) == 0
    assert launch.main(["dance"]) == 2
    assert "./run test" in capsys.readouterr().out


def test_a_server_with_https_passes_djangos_deployment_checks(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "PUBLIC_ORIGIN": "https://hub.example.org", "SECRET_KEY": "".join(map(chr, range(40, 120))), "DEBUG": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("parent", "ends_by"), [("os.getppid()", 0), ("2**22 + 1", -signal.SIGTERM)])
def test_whose_parent_died_before_the_kernel_was_asked_ends_all_the_same(parent, ends_by):
    code = f"import os; from ripess_hub import embedded; embedded.die_with_parent_signal(parent={parent})"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == ends_by
