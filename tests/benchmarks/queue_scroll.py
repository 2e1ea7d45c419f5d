"""The queue and a review on a store of 100,000 sets whose records have 150 fields, as a person meets them.

    python tests/benchmarks/queue_scroll.py [--sets 100000] [--keep FOLDER]

Fills a store without any CRM, opens `mergetui` on it in a pseudo-terminal of 120×40 and measures, from outside:
first paint, bytes back after a key (moving, paging, to the end), a filter's answer, memory (VmHWM of the process).
Beside each wall time stands the CPU time of the cockpit per key, which other programs on the machine disturb less.
"""

from __future__ import annotations

import argparse
import os
import re
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.terminal import KEYS, Terminal

FIRST = ("Jane", "Łukasz", "Taro", "Bob", "Ana", "Mohammad", "Zoë", "Priya", "Chantelle", "Bo")
LAST = ("Francis", "Wójcik", "Yamada", "Stone", "Souza", "Ali", "Nakamura", "Raghunathan", "Lind", "Okafor")
COMPANIES = ("Acme Travel Ltd", "Orlen Sp. z o.o.", "山田株式会社", "Stoneworks", "Pars Steel", "Deccan Logistics")


def fill(home: Path, count: int) -> None:
    os.environ["MERGETUI_HOME"] = str(home)
    from mergetui.config import paths
    from mergetui.records.crm import FieldInfo, HubSpotContact, SalesforceRecord, User
    from mergetui.records.people import DuplicateSet, Evidence
    from mergetui.store import Ledger, Mirror, StakeRow

    files = paths("default")
    mirror = Mirror(files.mirror)
    now = 1_790_000_000_000
    fields = [
        FieldInfo("salesforce", "Contact", f"Field_{n}__c", f"Field {n}", "string", 255, True) for n in range(150)
    ]

    def records(of: range) -> Iterator[tuple[SalesforceRecord, HubSpotContact]]:
        extra = {info.name: f"value {n} of this record" for n, info in enumerate(fields) if n % 2}
        for number in of:
            id_ = f"003{number:012d}AAA"
            first, last = FIRST[number // 2 % 10], LAST[number // 20 % 10]
            email = f"{first}.{last}.{number}@example.com".lower()
            values = {**extra, "FirstName": first, "LastName": last, "Email": email, "OwnerId": "005000000000001AAA"}
            record = SalesforceRecord(id_, "Contact", values, now)
            properties = {**extra, "firstname": first, "lastname": last, "email": email, "salesforcecontactid": id_}
            properties["hs_email_open"] = str(number % 50)
            yield record, HubSpotContact(str(10_000 + number), properties, now, now)

    mirror.begin_pull()
    mirror.put_fields(fields)
    mirror.put_users([User("salesforce", "005000000000001AAA", "Maya Ruiz")])
    for begin in range(0, 2 * count, 2000):
        pairs = list(records(range(begin, min(begin + 2000, 2 * count))))
        mirror.put_salesforce([record for record, _ in pairs])
        mirror.put_hubspot([contact for _, contact in pairs])
    mirror.end_pull({"leads": 0, "contacts": 2 * count})
    sets, stakes = [], {}
    for number in range(count):
        members = (f"sf:003{2 * number:012d}AAA", f"sf:003{2 * number + 1:012d}AAA")
        id_ = f"{number:016x}{number * 2654435761 % 2**64:016x}"
        evidence = (Evidence("phone", "same phone", 9.1), Evidence("prior", "duplicates are rare", -6.0))
        sets.append(DuplicateSet(id_, members, 0.999 - number % 400 / 1000, evidence))
        who = f"{FIRST[number % 10]} {LAST[number // 10 % 10]} · {FIRST[number % 10][0]}. {LAST[number // 10 % 10]}"
        stakes[id_] = StakeRow(
            who, COMPANIES[number % 6], "C C", "both", f"{number % 50} opens", float(number % 50),
            "▲1" if number % 3 else "·", f"p{number}@example.com", "Maya Ruiz", "Web", "", "different", now,
        )  # fmt: skip
    mirror.replace_sets(sets, stakes)
    mirror.close()
    ledger = Ledger(files.ledger)
    ledger.decide_all([(found.id, found.members) for found in sets[: count // 4]], "later")
    ledger.close()


class Watch:
    """Bytes that come back after a key, timed on the wire."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def key(self, key: str, *, quiet_s: float = 0.06) -> float:
        """Milliseconds from the key to the first bytes of the repaint it causes."""
        raw, at = self.terminal.raw, len(self.terminal.raw)
        began = time.perf_counter()
        os.write(self.terminal._master, KEYS.get(key, key).encode())
        while len(raw) == at and time.perf_counter() - began < 5:
            select.select([], [], [], 0.0002)
        took = (time.perf_counter() - began) * 1000
        while True:
            size = len(raw)
            time.sleep(quiet_s)
            if len(raw) == size:
                return took

    def until(self, wanted: str, seconds: float = 20) -> float:
        began = time.perf_counter()
        self.terminal.wait_for(wanted, seconds)
        return (time.perf_counter() - began) * 1000


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has used, all its threads, in steps of 10 ms."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int, name: str = "VmHWM") -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def told(name: str, pid: int, press: Callable[[int], float], count: int) -> None:
    before = cpu_s(pid)
    times = sorted(press(n) for n in range(count))
    cpu = (cpu_s(pid) - before) * 1000 / count
    p95 = times[min(count - 1, round(count * 0.95))]
    median = statistics.median(times)
    print(f"{name:<28} median {median:6.1f} ms   p95 {p95:6.1f} ms   cpu {cpu:5.1f} ms   ({count} times)")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--sets", type=int, default=100_000)
    options.add_argument("--keep", type=Path, help="fill this folder once and use it again")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = chosen.keep or Path(scratch)
        if not (home / "data").exists():
            home.mkdir(parents=True, exist_ok=True)
            began = time.perf_counter()
            fill(home, chosen.sets)
            print(f"filled in {time.perf_counter() - began:.0f} s")
        env = {"MERGETUI_HOME": str(home)}
        for _ in range(3):
            began = time.perf_counter()
            with Terminal(env=env) as terminal:
                while b" decided" not in terminal.raw:
                    time.sleep(0.001)
                took, cpu = time.perf_counter() - began, cpu_s(terminal.process.pid)
                print(f"first paint {took:.2f} s, cpu {cpu:.2f} s")
                terminal.kill()
        with Terminal(env=env) as terminal:
            terminal.wait_for(" decided")
            time.sleep(1.5)
            watch, pid = Watch(terminal), terminal.process.pid
            told("j: one row down", pid, lambda n: watch.key("j"), 100)
            told("page down", pid, lambda n: watch.key("\x1b[6~"), 40)
            told("G and g: ends", pid, lambda n: watch.key("Gg"[n % 2]), 10)
            watch.key("/")
            text = "company:acme risk:high"
            told("a letter in the filter", pid, lambda n: watch.key(text[n]), len(text))
            print(f"filter answered after the last letter: {watch.until('shows [0-9,]+'):.0f} ms")
            terminal.press("esc")
            terminal.wait_for("s later")
            time.sleep(1)
            told("o: another order", pid, lambda n: watch.key("o", quiet_s=0.3), 4)
            told("x: a decision", pid, lambda n: watch.key("x", quiet_s=0.2), 20)
            print(f"memory: {memory_mb(pid):.0f} MB at its highest")


if __name__ == "__main__":
    main()
