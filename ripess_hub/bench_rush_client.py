"""The people of `./run bench rush`, as a process of its own: it sends at planned instants and notes
what it was answered.

Open loop: nobody waits for anybody, so a server that slows down gets no relief, and waiting is counted
from the planned instant. It reads a plan (JSON) and writes the ledger (JSON). Standard library only:
it shares the two cores with the server.
"""

import asyncio
import gc
import json
import re
import sys
import time

HEADERS_END = b"\r\n\r\n"
PATIENCE = 60
RECEIPT = re.compile(r"/account/contributions/([A-Z0-9-]+)/")
# A visitor's browser asks for a few pages over the same connection.
PAGES_A_VISIT = 5


class Connection:
    """One HTTP/1.1 connection that stays open as a browser's does, until the server ends it."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None
        self.asked = 0

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def ask(self, request):
        """Send the bytes of a request; return the status, the address it leads to and the body's size."""
        self.asked += 1
        self.writer.write(request)
        head = (await self.reader.readuntil(HEADERS_END)).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        headers = {
            name.lower(): value.strip() for name, _c, value in (line.partition(":") for line in head[1:])
        }
        size = 0
        if status not in (204, 304):
            if headers.get("transfer-encoding") == "chunked":
                while part := int(await self.reader.readline(), 16):
                    size += part
                    await self.reader.readexactly(part + 2)
                await self.reader.readexactly(2)
            else:
                size = int(headers.get("content-length", 0))
                await self.reader.readexactly(size)
        return status, headers.get("location", ""), size

    def close(self):
        self.writer.close()


class Crowd:
    """Everybody of the plan, and what they note down."""

    def __init__(self, plan):
        self.plan, self.port = plan, plan["port"]
        self.presses, self.pages, self.receipts = [], [], []
        self.visits = []
        # What stays open: as in browsers, until the server closes it.
        self.open = []
        self.behind = 0.0

    async def run(self, begins):
        gc.collect()
        gc.freeze()
        events = [(begins + press["at"], self.press, press) for press in self.plan["presses"]]
        events += [(begins + at, self.read, path) for at, path in self.plan["reads"]]
        events.sort(key=lambda event: event[0])
        tasks = []
        for at, act, what in events:
            while (wait := at - time.time()) > 0:
                await asyncio.sleep(wait)
            self.behind = max(self.behind, -wait)
            tasks.append(asyncio.create_task(act(at, what)))
        await asyncio.gather(*tasks)
        return {
            "presses": self.presses,
            "receipts": self.receipts,
            "pages": self.pages,
            "behind": self.behind,
        }

    async def press(self, at, press):
        """Press “Send the contribution” once. A browser drops the first of two presses when the second
        goes out (`dropped_after`)."""
        note = {
            "person": press["person"],
            "again": press["again"],
            "planned": at,
            "status": None,
            "reference": "",
        }
        note["dropped"] = press["dropped_after"] is not None
        self.presses.append(note)
        connection = Connection(self.port)
        request = press["request"].encode()
        try:
            note["sent"] = time.time()
            await connection.open()
            async with asyncio.timeout(press["dropped_after"] or PATIENCE):
                note["status"], location, _size = await connection.ask(request)
            note["answered"] = time.time()
            if found := RECEIPT.search(location):
                note["reference"] = found.group(1)
                if press["follows"]:
                    await self.receipt(connection, press, location)
            self.open.append(connection)
        except (OSError, EOFError, TimeoutError, ValueError) as problem:
            note["problem"] = f"{type(problem).__name__}: {problem}"
            if connection.writer:
                connection.close()

    async def receipt(self, connection, press, location):
        start = time.time()
        try:
            status, _location, _size = await connection.ask(get(location, self.plan["host"], press["cookie"]))
        except (OSError, EOFError, ValueError):
            status = None
        self.receipts.append([start, time.time() - start, status])

    async def read(self, at, path):
        """A page for somebody who browses."""
        status = None
        try:
            connection = self.visits.pop() if self.visits else await Connection(self.port).open()
            async with asyncio.timeout(PATIENCE):
                try:
                    status, _location, _size = await connection.ask(get(path, self.plan["host"]))
                except (ConnectionError, asyncio.IncompleteReadError):
                    # The server had ended an idle connection: browsers ask again on a new one.
                    connection = await Connection(self.port).open()
                    status, _location, _size = await connection.ask(get(path, self.plan["host"]))
            (self.visits if connection.asked < PAGES_A_VISIT else self.open).append(connection)
        except (OSError, EOFError, TimeoutError, ValueError):
            pass
        self.pages.append([at, time.time() - at, status])


def get(path, host, cookie=""):
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, br\r\n"
        f"Accept: text/html,application/xhtml+xml\r\nUser-Agent: Mozilla/5.0\r\n{cookies}\r\n"
    ).encode()


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        crowd = Crowd(json.load(file))
    print("ready", flush=True)
    ledger = asyncio.run(crowd.run(begins=float(sys.stdin.readline())))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(ledger, file)
