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
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import django

from ripess_hub import bench, embedded, launch

PORT = 8972
# Parts of those who are in time: how many come in the last twelfth of the time (500 of 2,000 in 5 s).
RUSH_PART, RUSH_TIME = 0.25, 1 / 12
# After the closing: how many, for one in time, and in how much of the time (300 in 15 s).
AFTER_PART, AFTER_TIME = 0.15, 0.25
TWICE = 0.1
READS_A_SECOND = 50
WARM = 5


def plan(people, call, options, begins):
    """When each person presses and each page is read, seconds of the client's clock."""
    from ripess_hub.bench_rush_people import pages, request_of

    chance = random.Random(2)
    closes = begins + options.seconds
    early = options.seconds * (1 - RUSH_TIME)
    rushing, after = int(options.people * RUSH_PART), int(options.people * AFTER_PART)
    presses = []
    host = f"localhost:{PORT}"
    for number, person in enumerate(people):
        if number < after:
            at = closes + chance.random() * options.seconds * AFTER_TIME
        elif number < after + rushing:
            at = begins + early + chance.random() * (options.seconds - early)
        else:
            at = begins + chance.random() * early
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
    ends = closes + options.seconds * AFTER_TIME
    reads, at = [], begins - WARM
    while at < ends:
        reads.append((at, chance.choice(often if chance.random() < 0.6 else every)))
        at += chance.expovariate(READS_A_SECOND)
    return {"port": PORT, "host": host, "presses": presses, "reads": reads}


def run(call, people, options, site):
    """Let the client play the plan; return its ledger and what the machine spent meanwhile."""
    from workinggroup.models import Call

    with tempfile.TemporaryDirectory() as folder:
        plan_file, ledger_file = Path(folder) / "plan.json", Path(folder) / "ledger.json"
        begins = time.time() + WARM + 3 + len(people) / 1000
        closes = datetime.fromtimestamp(begins + options.seconds, UTC)
        Call.objects.filter(pk=call.pk).update(closes_at=closes)
        plan_file.write_text(json.dumps(plan(people, call, options, begins)))
        client = subprocess.Popen(
            [sys.executable, "-m", "ripess_hub.bench_rush_client", plan_file, ledger_file],
            stdout=subprocess.PIPE,
        )
        client.stdout.readline()
        if time.time() > begins - WARM:
            raise SystemExit("The plan took too long to write; nothing was measured.")
        before = spent(site, client)
        closing = None
        if options.close_early:
            time.sleep(max(0, begins + options.seconds - options.close_early - time.time()))
            asked = time.time()
            change = Call.objects.with_state().get(pk=call.pk).close_now()
            closing = {"took": time.time() - asked, "effective": change.at.timestamp() - asked}
        samples = []
        while client.poll() is None:
            time.sleep(0.5)
            samples.append((time.time(), spent(site, client)))
        if client.returncode:
            raise SystemExit("The client ended with an error.")
        ledger = json.loads(ledger_file.read_text())
    return ledger, begins, before, samples, closing


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


def drained(seconds=300):
    """Seconds until the worker has sent what waits in the outbox, or None."""
    from accounts.models import OutgoingMail

    start = time.time()
    while time.time() - start < seconds:
        if not OutgoingMail.objects.exclude(state="sent").exists():
            return time.time() - start
        time.sleep(0.25)
    return None


def at(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] if times else 0


def row(name, found, ends=None):
    """One line of the table, of `(waited, status)` pairs."""
    times = [waited for waited, _status in found]
    statuses = [status for _waited, status in found]
    errors = sum(status is None or status >= 500 for status in statuses)
    return (
        f"| {name} | {len(found)} | {sum(status in (200, 302) for status in statuses)} "
        f"| {statuses.count(409)} | {errors} | {at(times, 0.5) * 1000:.0f} | {at(times, 0.95) * 1000:.0f} "
        f"| {at(times, 0.99) * 1000:.0f} | {max(times, default=0) * 1000:.0f} |"
    )


def table(ledger, begins, closes, options):
    """The waiting times by part of the minute."""
    rushes = begins + options.seconds * (1 - RUSH_TIME)
    answered = [
        (press["planned"], press["answered"] - press["planned"], press["status"], press["again"])
        for press in ledger["presses"]
        if press["status"] is not None
    ]
    lines = [
        "| | requests | answered | refused as late | no answer or ≥ 500 | p50 ms | p95 ms | p99 ms | longest ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    parts = {
        "presses before the last seconds": lambda t: t < rushes,
        "presses in the last seconds": lambda t: rushes <= t < closes,
        "presses after the closing": lambda t: t >= closes,
        "all presses": lambda t: True,
    }
    for name, within in parts.items():
        lines.append(row(name, [(waited, status) for t, waited, status, _a in answered if within(t)]))
    lines.append(row("receipt pages", [(waited, status) for _t, waited, status in ledger["receipts"]]))
    reads = [(t, waited, status) for t, waited, status in ledger["pages"] if t >= begins]
    lines.append(row("pages read", [(waited, status) for _t, waited, status in reads]))
    lines.append(row("pages read in the last seconds", [(w, s) for t, w, s in reads if rushes <= t < closes]))
    return "\n".join(lines)


def used(before, samples, begins, options):
    """Processor time by role: over the whole run, and in the last seconds before the closing."""
    closes = begins + options.seconds
    rushes = begins + options.seconds * (1 - RUSH_TIME)
    start = min(samples, key=lambda sample: abs(sample[0] - rushes))
    end = min(samples, key=lambda sample: abs(sample[0] - closes))
    last = samples[-1][1]
    lines = []
    span = max(end[0] - start[0], 0.1)
    for role in before:
        lines.append(
            f"{role} {last[role] - before[role]:.1f} s ({(end[1][role] - start[1][role]) / span:.0%} in the last seconds)"
        )
    return ", ".join(lines)


def measure(options):
    from django.core.management import call_command

    from ripess_hub.bench_rush_ledger import compare, stored
    from ripess_hub.bench_rush_people import make_call, make_people
    from workinggroup.models import Call

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("load_catalogue", verbosity=0)
    call = make_call()
    people = make_people(call, int(options.people * (1 + AFTER_PART)))
    folder = Path(os.environ["DATA_DIR"])
    os.environ["PORT"] = str(PORT)
    site = launch.Site(folder, PORT)
    site.start()
    try:
        ledger, begins, before, samples, closing = run(call, people, options, site)
        waited = drained()
    finally:
        site.stop()
    closes = Call.objects.get(pk=call.pk).closes_at.timestamp()
    found = stored(call)
    verdict = compare({person["number"]: person for person in people}, ledger["presses"], found)
    refused = [
        closes - press["sent"]
        for press in ledger["presses"]
        if press["status"] == 409 and press["sent"] < closes
    ]
    print(table(ledger, begins, closes, options))
    print(
        f"\n{verdict}: {len(found.contributions)} contributions, {sum(found.receipts.values())} receipts, "
        f"{sum(draft['late'] for draft in found.drafts.values())} late drafts, "
        f"{sum(found.refusals.values())} late refusals. "
        f"Sent before the closing and at the gate after it: {len(refused)}"
        + (f", the first of them {max(refused) * 1000:.0f} ms before." if refused else ".")
    )
    if closing:
        print(
            f"Closed early: in effect after {closing['effective'] * 1000:.0f} ms, done after {closing['took'] * 1000:.0f} ms."
        )
    mail = "not sent after five minutes" if waited is None else f"sent {waited:.1f} s after the last answer"
    print(f"Mail: {mail}. Processor time: {used(before, samples, begins, options)}. "
          f"The client was {ledger['behind'] * 1000:.0f} ms behind its plan at the worst.")  # fmt: skip
    for sentence in (verdict.lost + verdict.late + verdict.doubled + verdict.failed)[:20]:
        print(f"- {sentence}")
    return verdict.sound


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./run bench rush", description=__doc__)
    parser.add_argument("--people", type=int, default=2000, help="how many submit before the closing")
    parser.add_argument("--seconds", type=float, default=60, help="how long before the closing they begin")
    parser.add_argument("--receipts", type=float, default=1, help="which part of them reads the receipt")
    parser.add_argument("--close-early", type=float, default=0, help="close so many seconds before the end")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ripess_hub.settings")
    django.setup()
    if "HUB_BENCH" not in os.environ:
        # The settings read the database's address at import: the bench runs in a process of its own.
        bench.prepare()
        raise SystemExit(
            subprocess.call([sys.executable, "-m", "ripess_hub.bench_rush", *(arguments or sys.argv[1:])],
                            env={**os.environ, "HUB_BENCH": "1"})
        )  # fmt: skip
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, "
          f"Python {platform.python_version()}, Django {django.get_version()}: {options.people} people in "
          f"{options.seconds:g} s, {READS_A_SECOND} readers a second\n", flush=True)  # fmt: skip
    raise SystemExit(0 if measure(options) else 1)


if __name__ == "__main__":
    main()
