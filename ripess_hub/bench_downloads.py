"""The part of `./run bench` that takes data away: how soon it begins, how long it lasts, and how much the
memory of the processes that write it grows meanwhile."""

import http.client
import os
import tempfile
import threading
import time
from contextlib import contextmanager

DOWNLOADS = [
    (f"{name}, {kind}", f"/api/v1/{name}/?format={kind}")
    for name in ("organisations", "agreements")
    for kind in ("csv", "xlsx", "geojson", "ttl")
]
SAMPLE = 0.02


def family(pid):
    """A process and its children."""
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [pid, *map(int, children.read().split())]


def memory(pids):
    """MB of their own that the processes hold together; what copies share is not counted twice."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup") as found:
            total += sum(int(line.split()[1]) for line in found if line.startswith("Private_"))
    return total / 1024


@contextmanager
def growth(pids):
    """How many MB more than before the processes held at their most, as `grown["MB"]` afterwards."""
    before, most, done, grown = memory(pids), [0.0], threading.Event(), {}

    def watch():
        while not done.wait(SAMPLE):
            most[0] = max(most[0], memory(pids))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield grown
    finally:
        done.set()
        thread.join()
        grown["MB"] = max(most[0] - before, 0)


def download(port, address):
    """Seconds to the first byte and to the last, the status, and the size in MB."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    start = time.perf_counter()
    connection.request("GET", f"{address}&n={start}")
    response = connection.getresponse()
    size, first = len(response.read(1)), time.perf_counter() - start
    while piece := response.read(1 << 16):
        size += len(piece)
    return first, time.perf_counter() - start, response.status, size / 1e6


def rows(server):
    """One row a download, then the dump: its name, first byte, whole time, MB, growth, status."""
    pids = family(server.process.pid)
    for _warm in range(len(pids) * 2):
        download(server.port, "/api/v1/regions/?format=csv")
    for name, address in DOWNLOADS:
        with growth(pids) as grown:
            first, whole, status, size = download(server.port, address)
        yield name, f"{first * 1000:.0f}", whole, size, grown["MB"], status
    yield dumped()


def dumped():
    """Everything in every format, as the worker makes it each night."""
    from ripess_hub import dump

    with tempfile.TemporaryFile() as archive:
        start = time.perf_counter()
        with growth([os.getpid()]) as grown:
            dump.write(archive)
        return (
            "the archive of everything",
            "",
            time.perf_counter() - start,
            archive.tell() / 1e6,
            grown["MB"],
            "",
        )


def table(found):
    lines = [
        "| taken away | first byte ms | whole s | MB | memory grows by MB | status |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {first} | {whole:.1f} | {size:.1f} | {grown:.0f} | {status} |"
        for name, first, whole, size, grown, status in found
    ]
    return "\n".join(lines)
