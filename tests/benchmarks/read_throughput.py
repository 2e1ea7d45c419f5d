"""How fast the servers answer reads, compared with a bare Starlette app that sends the same bytes.

Run by hand: ``python -m tests.benchmarks.read_throughput [--people 4000] [--rounds 7]``. Both run as processes of their
own under the same uvicorn settings; requests alternate, so that a busy machine slows both. Promise: at least 0.5 for
every case. ``first`` is the pass in which nothing has been read yet, ``again`` the passes after it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
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

    def post(self, path: str, body: Any) -> Any:
        self._connection.request("POST", path, json.dumps(body), {**self._headers, "Content-Type": "application/json"})
        answer = self._connection.getresponse()
        return json.loads(answer.read())


def hubspot_pages(client: Client, count: int) -> list[str]:
    names = "&".join(f"properties={name}" for name in list(properties())[:count])
    path = f"/crm/v3/objects/contacts?limit=100&{names}"
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


def bulk_path(sandbox: RunningSandbox, client: Client, count: int) -> str:
    text = query_path(client, count).partition("?q=")[2]
    job = client.post("/services/data/v60.0/jobs/query", {"operation": "query", "query": unquote(text)})
    assert isinstance(job, dict), job
    sandbox.control("POST", "/clock", json={"advance_s": 60})
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
        for name, client, paths in (
            ("HubSpot list, 30 properties", hubspot, hubspot_pages(hubspot, 30)),
            ("HubSpot list, 100 properties", hubspot, hubspot_pages(hubspot, 100)),
            ("Salesforce query, 30 fields", salesforce, [query_path(salesforce, 30)]),
            ("Salesforce query, 100 fields", salesforce, [query_path(salesforce, 100)]),
            ("Salesforce bulk, 30 fields", salesforce, [bulk_path(sandbox, salesforce, 30)]),
            ("Salesforce bulk, 100 fields", salesforce, [bulk_path(sandbox, salesforce, 100)]),
        ):
            measure(name, client, paths, asked.rounds, asked.folder)


def measure(name: str, client: Client, paths: list[str], rounds: int, folder: Path) -> None:
    firsts, bodies = [], []
    for path in paths:
        start = time.perf_counter()
        body, headers = client.get(path)
        firsts.append(time.perf_counter() - start)
        bodies.append((body, headers["content-type"]))
    repeats = max(1, 40 // len(paths))
    with bare(bodies, folder) as other:
        ratios, ours, theirs = [], [], []
        for _ in range(rounds):
            spent: tuple[list[float], list[float]] = ([], [])
            for _ in range(repeats):
                for number, path in enumerate(paths):
                    for place, one, where in ((0, client, path), (1, other, f"/{number}")):
                        start = time.perf_counter()
                        one.get(where)
                        spent[place].append((time.perf_counter() - start) * 1000)
            mine, bares = (statistics.median(times) for times in spent)
            ours.append(mine)
            theirs.append(bares)
            ratios.append(bares / mine)
    size = statistics.mean(len(body) for body, _ in bodies) / 1000
    bare_ms = statistics.median(theirs)
    first = bare_ms / 1000 / statistics.median(firsts)
    print(f"{name:<30} {size:>7.0f} kB  ours {statistics.median(ours):6.2f} ms  bare {bare_ms:6.2f} ms", end="")
    print(f"  ratio again {statistics.median(ratios):.2f}, first {first:.2f}", flush=True)


if __name__ == "__main__":
    main()
