"""`./run bench rush`: the last minute of a call, with a ledger that is compared with the database.

People submit in the last minute, a quarter of them in the last five seconds, some after the closing,
some press twice, while others read. Web server with its own settings, PostgreSQL, worker and Valkey
are the real ones; the client is a process of its own on the same machine. A run is kept in
docs/performance.md.
"""

import argparse
import json
import os
import platform
import random
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import django

from ripess_hub import embedded, launch
from ripess_hub.bench import in_own_database

# Parts of those who are in time: how many come in the last twelfth of the time (500 of 2,000 in 5 s).
RUSH_PART, RUSH_TIME = 0.25, 1 / 12
# After the closing: how many, for one in time, and in how much of the time (300 in 15 s).
AFTER_PART, AFTER_TIME = 0.15, 0.25
TWICE = 0.1
READS_A_SECOND = 50


def warm_up(options):
    """How many seconds people read before the first press."""
    return min(5, options.seconds / 2)


def plan(people, call, options, port):
    """When each person presses and each page is read, in seconds from the beginning."""
    from ripess_hub.bench_rush_people import pages, request_of

    chance = random.Random(2)
    early = options.seconds * (1 - RUSH_TIME)
    ends = options.seconds * (1 + AFTER_TIME)
    rushing, after = int(options.people * RUSH_PART), int(options.people * AFTER_PART)
    presses, host = [], f"localhost:{port}"
    for number, person in enumerate(people):
        if number < after:
            at = chance.uniform(options.seconds, ends)
        elif number < after + rushing:
            at = chance.uniform(early, options.seconds)
        else:
            at = chance.uniform(0, early)
        request, cookie = request_of(person, call, host)
        press = {
            "person": person["number"], "at": at, "again": False, "request": request, "cookie": cookie,
            "follows": chance.random() < options.receipts, "dropped_after": None,
        }  # fmt: skip
        presses.append(press)
        if chance.random() < TWICE:
            pause = chance.uniform(0.08, 0.4)
            presses.append({**press, "at": at + pause, "again": True})
            # Half of them in one tab: the browser drops the first request for the second.
            if chance.random() < 0.5:
                press.update(dropped_after=pause, follows=False)
    often, every = pages()
    reads, at = [], -warm_up(options)
    while at < ends:
        reads.append((at, chance.choice(often if chance.random() < 0.6 else every)))
        at += chance.expovariate(READS_A_SECOND)
    return {"port": port, "host": host, "presses": presses, "reads": reads}


@dataclass
class Run:
    """What the client noted and what the machine spent; instants of the clock, in seconds."""

    begins: float
    ledger: dict = None
    # `[(instant, {role: seconds of processor time so far})]`
    spent: list = field(default_factory=list)
    closed_early: str = ""


def play(call, people, options, site):
    """Let the client play the plan while the clock of the call runs; return the `Run`."""
    from workinggroup.models import Call

    with tempfile.TemporaryDirectory() as folder:
        plan_file, ledger_file = Path(folder) / "plan.json", Path(folder) / "ledger.json"
        plan_file.write_text(json.dumps(plan(people, call, options, site.port)))
        client = subprocess.Popen(
            [sys.executable, "-m", "ripess_hub.bench_rush_client", plan_file, ledger_file],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        client.stdout.readline()
        run = Run(begins=time.time() + warm_up(options) + 1)
        closes = datetime.fromtimestamp(run.begins + options.seconds, UTC)
        Call.objects.filter(pk=call.pk).update(closes_at=closes)
        client.stdin.write(f"{run.begins}\n")
        client.stdin.flush()
        while client.poll() is None:
            run.spent.append((time.time(), spent(site, client)))
            if (
                options.close_early
                and not run.closed_early
                and time.time() > closes.timestamp() - options.close_early
            ):
                run.closed_early = close_early(call)
            time.sleep(0.25)
        if client.returncode:
            raise SystemExit("The client ended with an error.")
        run.ledger = json.loads(ledger_file.read_text())
    return run


def close_early(call):
    """Close the call as staff do; say how long that took among those who submit."""
    asked = time.time()
    change = call.close_now()
    effective, done = change.at.timestamp() - asked, time.time() - asked
    return f"Closed early: in effect after {effective * 1000:.0f} ms, done after {done * 1000:.0f} ms."


def spent(site, client):
    """Seconds of processor time by role, so far."""
    postgres = embedded._processes_in((site.folder / "postgresql").resolve())
    roles = {
        "web": tree(site.processes["web"].pid),
        "PostgreSQL": postgres,
        "worker": tree(site.processes["worker"].pid),
        "client": [client.pid],
    }
    return {role: sum(map(seconds_of, pids)) for role, pids in roles.items()}


def tree(pid):
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(each for child in children for each in tree(int(child)))]


def seconds_of(pid):
    """Processor time of a process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def seconds_to_drain(most=300):
    """Seconds until the worker has sent what waits in the outbox, or None."""
    from accounts.models import OutgoingMail

    start = time.time()
    while time.time() - start < most:
        if not OutgoingMail.objects.exclude(state="sent").exists():
            return time.time() - start
        time.sleep(0.25)
    return None


def quantile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] if times else 0


def row(name, found):
    """One line of the table, of `(waited, status)` pairs."""
    times = [waited for waited, _status in found]
    statuses = [status for _waited, status in found]
    figures = (
        len(found),
        sum(status in (200, 302) for status in statuses),
        statuses.count(409),
        sum(status is None or status >= 500 for status in statuses),
        *(f"{quantile(times, part) * 1000:.0f}" for part in (0.5, 0.95, 0.99)),
        f"{max(times, default=0) * 1000:.0f}",
    )
    return "| " + " | ".join(map(str, (name, *figures))) + " |"


def table(run, closes, options):
    """The waiting times by part of the minute, each counted from the planned instant."""
    rushes = run.begins + options.seconds * (1 - RUSH_TIME)
    presses = [
        (press["planned"], press["answered"] - press["planned"], press["status"])
        for press in run.ledger["presses"]
        if press["status"] is not None
    ]
    pages = [page for page in run.ledger["pages"] if page[0] >= run.begins]
    parts = {
        "presses before the last seconds": (presses, lambda at: at < rushes),
        "presses in the last seconds": (presses, lambda at: rushes <= at < closes),
        "presses after the closing": (presses, lambda at: at >= closes),
        "all presses": (presses, lambda at: True),
        "receipts read": (run.ledger["receipts"], lambda at: True),
        "pages read": (pages, lambda at: True),
        "pages read in the last seconds": (pages, lambda at: rushes <= at < closes),
    }
    return "\n".join(
        [
            "| | requests | done | late, kept | no answer or ≥ 500 | p50 ms | p95 ms | p99 ms | longest ms |",
            "|---|---|---|---|---|---|---|---|---|",
            *(
                row(name, [(waited, status) for at, waited, status in found if within(at)])
                for name, (found, within) in parts.items()
            ),
        ]
    )


def processor(run, options):
    """Seconds of processor time by role, and its part of a processor in the last seconds."""
    closes = run.begins + options.seconds
    rushes = run.begins + options.seconds * (1 - RUSH_TIME)
    start = min(run.spent, key=lambda sample: abs(sample[0] - rushes))
    end = min(run.spent, key=lambda sample: abs(sample[0] - closes))
    first, last = run.spent[0][1], run.spent[-1][1]
    return ", ".join(
        f"{role} {last[role] - first[role]:.1f} s "
        f"({(end[1][role] - start[1][role]) / max(end[0] - start[0], 0.1):.0%} in the last seconds)"
        for role in first
    )


def measure(options):
    """Make the people, play the minute, compare; return whether ledger and database agree."""
    from django.core.management import call_command

    from ripess_hub.bench_rush_ledger import compare, stored
    from ripess_hub.bench_rush_people import make_call, make_people

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("load_catalogue", verbosity=0)
    call = make_call()
    people = make_people(call, options.people + int(options.people * AFTER_PART))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ["PORT"] = str(port)
    site = launch.Site(Path(os.environ["DATA_DIR"]), port)
    site.start()
    try:
        run = play(call, people, options, site)
        drained = seconds_to_drain()
    finally:
        site.stop()
    call.refresh_from_db()
    closes = call.closes_at.timestamp()
    found = stored(call)
    verdict = compare({person["number"]: person for person in people}, run.ledger["presses"], found)
    print(table(run, closes, options))
    print(f"\n{verdict}: {found}.")
    queued = [
        closes - press["sent"]
        for press in run.ledger["presses"]
        if press["status"] == 409 and press["sent"] < closes
    ]
    first = f", the first of them {max(queued) * 1000:.0f} ms before" if queued else ""
    print(f"Sent before the closing and at the gate after it: {len(queued)}{first}.")
    if run.closed_early:
        print(run.closed_early)
    mail = "not sent after five minutes" if drained is None else f"sent {drained:.1f} s after the last answer"
    print(f"Mail: {mail}. Processor time: {processor(run, options)}. "
          f"The client was {run.ledger['behind'] * 1000:.0f} ms behind its plan at the worst.")  # fmt: skip
    for sentence in (verdict.lost + verdict.late + verdict.doubled + verdict.failed)[:20]:
        print(f"- {sentence}")
    return verdict.sound


def main():
    parser = argparse.ArgumentParser(prog="./run bench rush", description=__doc__)
    parser.add_argument("--people", type=int, default=2000, help="how many submit before the closing")
    parser.add_argument("--seconds", type=float, default=60, help="how long before the closing they begin")
    parser.add_argument("--receipts", type=float, default=1, help="which part of them reads the receipt")
    parser.add_argument("--close-early", type=float, default=0, help="close so many seconds before the end")
    options = parser.parse_args()
    in_own_database("ripess_hub.bench_rush")
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, "
          f"Python {platform.python_version()}, Django {django.get_version()}: {options.people} people in "
          f"{options.seconds:g} s, {READS_A_SECOND} readers a second\n", flush=True)  # fmt: skip
    raise SystemExit(0 if measure(options) else 1)


if __name__ == "__main__":
    main()
