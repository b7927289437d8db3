"""`./run bench`: requests a second and waiting times of the public pages, beside a bare Django view.

Real HTTP over real PostgreSQL, the project's own server settings; the clients run on the same
machine. Read the ratios, not the absolute figures. A run is kept in docs/performance.md.
"""

import argparse
import gzip
import http.client
import itertools
import os
import platform
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

import django

from ripess_hub import bench_downloads
from ripess_hub.bench_data import generate

# With what: organisations and agreements generated beside what is there already, and which pages are asked
# for (those with this in their name).
SIZES = [
    ("the catalogue", 0, 0, ""),
    ("10,000 more organisations", 10_000, 0, "search"),
    ("10,000 more organisations and 20,000 agreements", 0, 20_000, ""),
]
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
    """What was answered to one kind of request: to the first of its addresses, then to the next."""

    port: int
    addresses: list
    # How many ask at once.
    clients: int = CLIENTS
    # Each address is new to the page cache.
    fresh: bool = False
    # What is known is asked for again only if it has changed.
    etags: dict = field(default_factory=dict)
    times: list = field(default_factory=list)
    elapsed: float = 0
    statuses: set = field(default_factory=set)
    body: bytes = b""

    def __post_init__(self):
        self.turns = itertools.cycle(self.addresses)

    def ask(self, seconds):
        """Ask for that long."""
        until = time.perf_counter() + seconds

        def client():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            while time.perf_counter() < until:
                self.once(connection)

        threads = [threading.Thread(target=client) for _n in range(self.clients)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.elapsed += time.perf_counter() - start
        return self

    def once(self, connection):
        address = next(self.turns)
        asked = address
        if self.fresh:
            asked += f"{'&' if '?' in address else '?'}n={uuid.uuid4()}"
        headers = {"Accept-Encoding": "gzip"}
        if address in self.etags:
            headers["If-None-Match"] = self.etags[address]
        start = time.perf_counter()
        connection.request("GET", asked, headers=headers)
        response = connection.getresponse()
        self.body = response.read() or self.body
        self.times.append((time.perf_counter() - start) * 1000)
        self.statuses.add(response.status)
        return response.headers.get("ETag") or ""

    @property
    def rate(self):
        """Answers a second."""
        return len(self.times) / self.elapsed

    def within(self, part):
        """The milliseconds within which that part of the answers came."""
        return sorted(self.times)[max(0, int(len(self.times) * part) - 1)]


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


def pages():
    """Name and addresses of what is measured."""
    yield from ((name, [address]) for name, address in PAGES)
    yield "detail, each in turn", [f"/es/organisations/{key}/" for key in catalogued()]


def catalogued():
    """The organisations of the catalogue, those of fewest and of most agreements."""
    from directory.models import Organisation

    return list(Organisation.objects.published().exclude(loaded=None).values_list("slug", flat=True))


def known(port, addresses):
    """`({address: etag}, the mean bytes of these pages before compression)`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    etags, sizes = {}, []
    for address in addresses:
        asked = Figure(port, [address])
        etags[address] = asked.once(connection)
        sizes.append(len(gzip.decompress(asked.body)))
    return etags, sum(sizes) // len(sizes)


def rows(hub, bare, seconds, only=""):
    """One row a page: computed for four readers and for one, cached and unchanged, and the bare view with
    a page of that size.

    They are asked in turns of `TURN` seconds, so that a processor shared with other machines, which is
    faster in one moment than in the next, gives each of them its good and its bad moments.
    """
    wanted = [(name, addresses) for name, addresses in pages() if only in name]
    for _name, addresses in wanted:
        Figure(hub, addresses, fresh=True).ask(0.3)
    for name, addresses in wanted:
        etags, size = known(hub, addresses)
        figures = [
            Figure(bare, [f"/{size}"]),
            Figure(hub, addresses, fresh=True),
            Figure(hub, addresses, fresh=True, clients=1),
            Figure(hub, addresses),
            Figure(hub, addresses, etags=etags),
        ]
        for _turn in range(max(1, round(seconds / TURN))):
            for figure in figures:
                figure.ask(TURN)
        yield name, *figures


def table(found):
    lines = [
        "| page | KB gzip | bare/s | computed/s | of bare | p50 ms | p95 ms | one reader: p50 ms | p95 ms "
        "| cached/s | of bare | cached p95 ms | 304/s | status |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, bare, computed, alone, cached, unchanged in found:
        statuses = sorted(set().union(*(one.statuses for one in (bare, computed, alone, cached, unchanged))))
        lines.append(
            f"| {name} | {len(computed.body) / 1000:.1f} | {bare.rate:.0f} | {computed.rate:.0f} "
            f"| {computed.rate / bare.rate:.1%} | {computed.within(0.5):.1f} | {computed.within(0.95):.1f} "
            f"| {alone.within(0.5):.1f} | {alone.within(0.95):.1f} "
            f"| {cached.rate:.0f} | {cached.rate / bare.rate:.0%} | {cached.within(0.95):.1f} "
            f"| {unchanged.rate:.0f} | {', '.join(map(str, statuses))} |"
        )
    return "\n".join(lines)


def first_visits(port):
    """How long each organisation's page takes one reader when nothing of it is kept, for something
    published has just changed."""
    from django.db import connection

    addresses = [f"/es/organisations/{key}/" for key in catalogued()]
    figure, asked = Figure(port, addresses), http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    Figure(port, ["/es/"]).once(asked)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_scope SET position = position")
    # The labels of the vocabularies are read once a version and process.
    Figure(port, ["/es/accessibility/"], fresh=True).ask(0.3)
    for _address in addresses:
        figure.once(asked)
    return (
        f"The pages of {len(addresses)} organisations, each asked for once after a change: "
        f"half of them within {figure.within(0.5):.1f} ms, 95 % within {figure.within(0.95):.1f} ms."
    )


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
    parser.add_argument("--only", default="", help="measure only the pages with this in their name")
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
        for name, organisations, agreements, part in SIZES:
            if organisations or agreements:
                generate(organisations, agreements)
            hub = Server(8971, "ripess_hub.settings")
            try:
                print(f"\n### With {name}", flush=True)
                if not options.downloads:
                    found = list(rows(8971, 8970, options.seconds, options.only or part))
                    print(f"\n{table(found)}", flush=True)
                if not options.downloads and not part:
                    print(f"\n{first_visits(8971)}", flush=True)
                if not options.only and not part:
                    print(f"\n{bench_downloads.table(bench_downloads.rows(hub))}", flush=True)
            finally:
                hub.stop()
    finally:
        bare.stop()


if __name__ == "__main__":
    main()
