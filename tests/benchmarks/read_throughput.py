"""How fast the servers answer reads, compared with a bare Starlette app that sends the same bytes.

Run by hand: ``python -m tests.benchmarks.read_throughput [--people 4000] [--rounds 7]``. Both run as processes of their
own under the same uvicorn settings; requests alternate, so that a busy machine slows both. ``first`` is the pass in
which nothing has been read yet, ``again`` the passes after it, ``other`` and ``own`` passes before each of which one
contact of each CRM was edited: one that no measured page holds, or one that the first page holds. After an edit a bulk
read is a new job's, since the results of a job are those of its time. Promise: at least 0.5 for
``again`` and ``other``.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from mergetui.twin.portal import properties
from tests.support.sandbox import RunningSandbox, start_sandbox

BARE = """
import asyncio, json, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from mergetui.sandbox.serve import server_config

bodies = [(open(path, "rb").read(), kind) for path, kind in json.loads(sys.argv[1])]

async def answer(request):
    body, kind = bodies[int(request.path_params["n"])]
    return Response(body, media_type=kind)

app = Starlette(routes=[Route("/{n:int}", answer)])
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print(listener.getsockname()[1], flush=True)
asyncio.run(uvicorn.Server(server_config(app)).serve(sockets=[listener]))
"""


HUBSPOT = "/crm/v3/objects/contacts"
SMALL = "?limit=1"
"""What makes a list, and a version's directory, a small answer."""


class Client:
    """One kept connection."""

    def __init__(self, base: str, token: str = "") -> None:
        parts = urlsplit(base)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> tuple[bytes, Any]:
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body[:300])
        return body, answer.headers

    def post(self, path: str, body: Any, method: str = "POST") -> Any:
        self._connection.request(method, path, json.dumps(body), {**self._headers, "Content-Type": "application/json"})
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (answer.status, text[:300])
        return json.loads(text) if text else None


def hubspot_pages(client: Client, count: int) -> list[str]:
    names = "&".join(f"properties={name}" for name in list(properties())[:count])
    path = f"{HUBSPOT}?limit=100&{names}"
    found, after = [], ""
    while True:
        page = json.loads(client.get(f"/crm/v3/objects/contacts?limit=100&properties=email{after}")[0])
        found.append(path + after)
        if "paging" not in page or len(found) == 20:
            return found
        after = f"&after={page['paging']['next']['after']}"


def fields_of(client: Client, name: str) -> list[str]:
    described = json.loads(client.get(f"/services/data/v60.0/sobjects/{name}/describe")[0])
    return [field["name"] for field in described["fields"] if field["type"] != "address"]


def query_path(client: Client, count: int) -> str:
    parents = {"Account": "Account", "Owner": "User"}
    fields = fields_of(client, "Contact")
    fields += [f"{path}.{name}" for path, kind in parents.items() for name in fields_of(client, kind)]
    assert len(fields) >= count, len(fields)
    text = f"SELECT {', '.join(fields[:count])} FROM Contact LIMIT 2000"
    return f"/services/data/v60.0/query?q={quote(text)}"


def bulk_path(client: Client, text: str) -> str:
    """The results of a new job. Its time passes by waiting: the control port's clock would make all kept void."""
    job = client.post("/services/data/v60.0/jobs/query", {"operation": "query", "query": text})
    assert isinstance(job, dict), job
    time.sleep(0.25)
    return f"/services/data/v60.0/jobs/query/{job['id']}/results?maxRecords=2000"


@contextmanager
def bare(bodies: list[tuple[bytes, str]], folder: Path) -> Iterator[Client]:
    folder.mkdir(exist_ok=True)
    listed = []
    for number, (body, kind) in enumerate(bodies):
        path = folder / str(number)
        path.write_bytes(body)
        listed.append((str(path), kind))
    process = subprocess.Popen([sys.executable, "-c", BARE, json.dumps(listed)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    time.sleep(1.0)
    try:
        yield Client(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/mergetui-throughput"))
    asked = parser.parse_args()
    with start_sandbox(people=asked.people) as sandbox:
        sandbox.control("POST", "/settings", json={"colleagues": 0})
        hubspot = Client(sandbox.info["hubspot_url"], sandbox.info["hubspot_token"])
        salesforce = Client(sandbox.info["salesforce_url"], sandbox.info["salesforce_token"])
        edit = Editor(hubspot, salesforce)
        for count in (30, 100):
            pages = hubspot_pages(hubspot, count)
            measure(f"HubSpot list, {count} properties", hubspot, lambda p=pages: p, edit, asked)
        for count in (30, 100):
            path = query_path(salesforce, count)
            measure(f"Salesforce query, {count} fields", salesforce, lambda p=path: [p], edit, asked)
        for count in (30, 100):
            text = unquote(query_path(salesforce, count).partition("?q=")[2])
            measure(f"Salesforce bulk, {count} fields", salesforce, lambda t=text: [bulk_path(salesforce, t)],
                    edit, asked)  # fmt: skip
        print(f"memory of the sandbox: {memory(sandbox):.0f} MB")


class Editor:
    """Changes one contact of each CRM: ``own`` is one that the measured pages hold, else one that they do not."""

    def __init__(self, hubspot: Client, salesforce: Client) -> None:
        self._hubspot, self._salesforce = hubspot, salesforce
        people = [json.loads(hubspot.get(f"{HUBSPOT}?limit=1")[0])["results"][0]["id"]]
        people.append(hubspot.post(HUBSPOT, {"properties": {"lastname": "Unread"}})["id"])
        ordered = "/services/data/v60.0/query?q=" + quote("SELECT Id FROM Contact ORDER BY Id")
        rows = [json.loads(salesforce.get(ordered + suffix)[0])["records"][0]["Id"] for suffix in ("", quote(" DESC"))]
        self._pairs = list(zip(people, rows, strict=True))
        self._number = 0

    def __call__(self, *, own: bool) -> None:
        self._number += 1
        person, row = self._pairs[0 if own else 1]
        self._hubspot.post(f"{HUBSPOT}/{person}", {"properties": {"jobtitle": f"Edit {self._number}"}}, "PATCH")
        path = f"/services/data/v60.0/sobjects/Contact/{row}"
        self._salesforce.post(path, {"Title": f"Edit {self._number}"}, "PATCH")


def memory(sandbox: RunningSandbox) -> float:
    """The resident memory of the sandbox's process at its highest, in MB."""
    status = Path(f"/proc/{sandbox.info['pid']}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    peak = next((line.split()[1] for name in ("VmHWM", "VmRSS") for line in lines if line.startswith(name)), "0")
    return int(peak) / 1000


def measure(name: str, client: Client, find: Callable[[], list[str]], edit: Editor, asked: argparse.Namespace) -> None:
    firsts, bodies = [], []
    paths = find()
    for path in paths:
        start = time.perf_counter()
        body, headers = client.get(path)
        firsts.append(time.perf_counter() - start)
        bodies.append((body, headers["content-type"]))
    repeats = max(1, 40 // len(paths))
    with bare(bodies, asked.folder) as other:
        spent: dict[str, list[float]] = {"again": [], "other": [], "own": [], "bare": []}

        def go(what: str, one: Client, path: str) -> None:
            start = time.perf_counter()
            one.get(path)
            spent[what].append((time.perf_counter() - start) * 1000)

        ratios: dict[str, list[float]] = {"again": [], "other": [], "own": []}
        for _ in range(asked.rounds):
            for what, found in ratios.items():
                for times in spent.values():
                    times.clear()
                for _ in range(repeats):
                    if what != "again":
                        edit(own=what == "own")
                        paths = find()
                        client.get(paths[0].partition("?")[0].partition("/jobs")[0].removesuffix("/query") + SMALL)
                        other.get("/0")  # both awake, since a new job's time passes by waiting
                    for number, path in enumerate(paths):
                        go(what, client, path)
                        go("bare", other, f"/{number}")
                found.append(statistics.mean(spent["bare"]) / statistics.mean(spent[what]))
        first = statistics.mean(spent["bare"]) / 1000 / statistics.mean(firsts)
        bare_ms = statistics.mean(spent["bare"])
    size = statistics.mean(len(body) for body, _ in bodies) / 1000
    shown = ", ".join(f"{what} {statistics.median(found):.2f}" for what, found in ratios.items())
    print(f"{name:<30} {size:>7.0f} kB  bare {bare_ms:6.2f} ms  ratio {shown}, first {first:.2f}", flush=True)


if __name__ == "__main__":
    main()
