"""`./run bench`: requests a second and waiting times of the public pages, beside a bare Django view.

Real HTTP over real PostgreSQL, the project's own server settings; the clients run on the same
machine. Read the ratios, not the absolute figures. A run is kept in docs/performance.md.
"""

import argparse
import gzip
import http.client
import os
import platform
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import django

from ripess_hub import bench_downloads
from ripess_hub.bench_data import generate

# Organisations and agreements generated beside the catalogue.
SIZES = {"catalogue": (0, 0), "10,000 more organisations and 20,000 agreements": (10_000, 20_000)}
CLIENTS = 4
# Seconds that one kind of request is asked for before the next has its turn.
TURN = 0.5


class Server:
    """The project's web server on a free port, ended with the bench."""

    def __init__(self, port, settings):
        self.port = port
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "PORT": str(port)}
        # The clients are one address, and ask more often than anybody may.
        environment |= {"DATA_REQUESTS_A_MINUTE": "0", "EXPORTS_A_MINUTE": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:ripess_hub.gunicorn", "-b", f"127.0.0.1:{port}",
             "ripess_hub.wsgi:application"],
            env=environment,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        for _try in range(200):
            if self.process.poll() is not None:
                break
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/healthz")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("The server of the bench did not start.")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@dataclass
class Figure:
    """What was answered to one kind of request."""

    port: int
    address: str
    headers: dict = field(default_factory=dict)
    # Each address is new to the page cache.
    fresh: bool = False
    times: list = field(default_factory=list)
    elapsed: float = 0
    status: int = 0
    etag: str = ""
    body: bytes = b""

    def ask(self, seconds):
        """Ask from four connections for that long."""
        until = time.perf_counter() + seconds

        def client(number):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            n = 0
            while time.perf_counter() < until:
                n += 1
                extra = f"{'&' if '?' in self.address else '?'}n={number}-{n}-{until}" if self.fresh else ""
                start = time.perf_counter()
                headers = {"Accept-Encoding": "gzip", **self.headers}
                connection.request("GET", self.address + extra, headers=headers)
                response = connection.getresponse()
                self.body = response.read()
                self.times.append((time.perf_counter() - start) * 1000)
                self.status, self.etag = response.status, response.headers.get("ETag") or ""

        threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.elapsed += time.perf_counter() - start
        return self

    @property
    def rate(self):
        """Answers a second."""
        return len(self.times) / self.elapsed

    def within(self, part):
        """The milliseconds within which that part of the answers came."""
        return sorted(self.times)[max(0, int(len(self.times) * part) - 1)]

    @property
    def whole(self):
        """Bytes of the page before compression."""
        return len(gzip.decompress(self.body) if self.body[:2] == b"\x1f\x8b" else self.body)


PAGES = [
    ("home", "/es/"),
    ("list with facets", "/es/organisations/"),
    ("filtered list", "/fr/organisations/?region=m49-002&sector=cooperatives"),
    ("agreements, map, matrix", "/en/agreements/"),
    ("agreements, filtered", "/fr/agreements/?region=m49-002&sector=cooperatives"),
    ("map in full", "/es/map/"),
    ("network", "/es/network/"),
    ("timeline", "/es/timeline/"),
    ("region", "/fr/regions/m49-002/"),
    ("detail", "/es/organisations/ripess/"),
    ("search in the list", "/en/organisations/?" + urlencode({"q": "cooperativa solidaria"})),
    ("search", "/es/search/?" + urlencode({"q": "cooperativa"})),
    ("search, typo", "/es/search/?" + urlencode({"q": "cooperatva"})),
    ("API list", "/api/v1/organisations/?page_size=100"),
    ("API list, agreements", "/api/v1/agreements/?page_size=100"),
]


def rows(hub, bare, seconds):
    """One row a page: computed, cached and unchanged, and the bare view with a page of that size.

    They are asked in turns of `TURN` seconds, so that a processor shared with other machines, which is
    faster in one moment than in the next, gives each of them its good and its bad moments.
    """
    for _name, address in PAGES:
        Figure(hub, address, fresh=True).ask(0.3)
    for name, address in PAGES:
        first = Figure(hub, address).ask(0.1)
        figures = [
            Figure(bare, f"/{first.whole}"),
            Figure(hub, address, fresh=True),
            Figure(hub, address),
            Figure(hub, address, headers={"If-None-Match": first.etag}),
        ]
        for _turn in range(max(1, round(seconds / TURN))):
            for figure in figures:
                figure.ask(TURN)
        yield name, *figures


def table(found):
    lines = [
        "| page | KB gzip | bare/s | computed/s | of bare | p50 ms | p95 ms | cached/s | of bare "
        "| cached p95 ms | 304/s | status |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, bare, computed, cached, unchanged in found:
        lines.append(
            f"| {name} | {len(computed.body) / 1000:.1f} | {bare.rate:.0f} | {computed.rate:.0f} "
            f"| {computed.rate / bare.rate:.1%} | {computed.within(0.5):.1f} | {computed.within(0.95):.1f} "
            f"| {cached.rate:.0f} | {cached.rate / bare.rate:.0%} | {cached.within(0.95):.1f} "
            f"| {unchanged.rate:.0f} "
            f"| {computed.status}, {cached.status}, {unchanged.status} |"
        )
    return "\n".join(lines)


def prepare():
    """Make the bench's own database and point this process and its servers at it."""
    import psycopg
    from django.conf import settings

    database = settings.DATABASES["default"]
    with psycopg.connect(
        host=database["HOST"] or None,
        port=database["PORT"] or None,
        user=database["USER"] or None,
        password=database["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        connection.execute("DROP DATABASE IF EXISTS hub_bench WITH (FORCE)")
        connection.execute("CREATE DATABASE hub_bench")
    place = (
        database["HOST"]
        if database["HOST"].startswith("/")
        else f":{database['PASSWORD']}@{database['HOST']}:{database['PORT'] or 5432}"
    )
    who = f"{database['USER']}@/" if place.startswith("/") else database["USER"]
    os.environ["DATABASE_URL"] = f"postgres://{who}{place}/hub_bench"


def in_own_database(module):
    """Go on in a process of its own with the bench's own database: the settings read its address at
    import."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ripess_hub.settings")
    django.setup()
    if "HUB_BENCH" not in os.environ:
        prepare()
        command = [sys.executable, "-m", module, *sys.argv[1:]]
        raise SystemExit(subprocess.call(command, env={**os.environ, "HUB_BENCH": "1"}))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="how long each figure is measured")
    parser.add_argument("--downloads", action="store_true", help="measure only what is taken away")
    options = parser.parse_args(arguments)
    in_own_database("ripess_hub.bench")
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("load_catalogue", verbosity=0)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, "
          f"Python {platform.python_version()}, Django {django.get_version()}, {CLIENTS} connections, "
          f"{options.seconds:g} s a figure")  # fmt: skip
    bare = Server(8970, "ripess_hub.bench_bare")
    try:
        for name, (organisations, agreements) in SIZES.items():
            if organisations:
                generate(organisations, agreements)
            hub = Server(8971, "ripess_hub.settings")
            try:
                print(f"\n### With the {name}", flush=True)
                if not options.downloads:
                    print(f"\n{table(list(rows(8971, 8970, options.seconds)))}", flush=True)
                print(f"\n{bench_downloads.table(bench_downloads.rows(hub))}", flush=True)
            finally:
                hub.stop()
    finally:
        bare.stop()


if __name__ == "__main__":
    main()
