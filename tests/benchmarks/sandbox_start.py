"""How long a big sandbox takes to start, how much memory it needs, and whether a page costs the same everywhere.

Run by hand: ``python -m tests.benchmarks.sandbox_start [--people 100000] [--pages 100]``. Promises: the JSON line and
the first answers within 30 s, less than 2 GB at the peak.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.sandbox import start_sandbox

CONTACTS = "/crm/v3/objects/contacts?limit=100&properties=email,firstname,lastname,salesforcecontactid,hs_email_open"


def get(url: str, token: str) -> Any:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=120) as answer:
        return json.loads(answer.read())


def peak_mb(pid: int) -> int:
    """The most memory a process ever held, in MB (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("no VmHWM")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=100_000, help="at most so many pages of HubSpot contacts")
    asked = parser.parse_args()
    begun = time.perf_counter()
    with start_sandbox(people=asked.people) as sandbox:
        info = sandbox.info
        print(f"JSON line after {time.perf_counter() - begun:.1f} s, peak {peak_mb(info['pid'])} MB")
        found = get(f"{info['salesforce_url']}/services/data/v60.0/query?q=SELECT+COUNT()+FROM+Contact",
                    info["salesforce_token"])  # fmt: skip
        print(f"first query ({found['totalSize']} contacts) after {time.perf_counter() - begun:.1f} s")
        times: list[float] = []
        after = ""
        while len(times) < asked.pages:
            start = time.perf_counter()
            page = get(f"{info['hubspot_url']}{CONTACTS}{after}", info["hubspot_token"])
            times.append((time.perf_counter() - start) * 1000)
            if "paging" not in page:
                break
            after = f"&after={page['paging']['next']['after']}"
        tenth = max(1, len(times) // 10)
        first, last = statistics.median(times[:tenth]), statistics.median(times[-tenth:])
        print(f"{len(times)} pages: median {first:.1f} ms at the beginning, {last:.1f} ms at the end")
        text = "SELECT+Id,Name,Email+FROM+Contact+ORDER+BY+Id"
        url = f"/services/data/v60.0/query?q={text}"
        times = []
        while url:
            start = time.perf_counter()
            page = get(f"{info['salesforce_url']}{url}", info["salesforce_token"])
            times.append((time.perf_counter() - start) * 1000)
            url = page.get("nextRecordsUrl", "")
        median = statistics.median(times[1:] or times)
        print(f"{len(times)} query pages: first {times[0]:.0f} ms, then median {median:.0f} ms")
        start = time.perf_counter()
        found = get(f"{info['salesforce_url']}/services/data/v60.0/query?q=SELECT+COUNT()+FROM+Task",
                    info["salesforce_token"])  # fmt: skip
        print(
            f"{found['totalSize']} tasks counted in {time.perf_counter() - start:.1f} s, peak {peak_mb(info['pid'])} MB"
        )


if __name__ == "__main__":
    main()
