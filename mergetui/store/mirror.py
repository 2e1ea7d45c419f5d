"""``mirror.db``: what was last read from both CRMs, and the duplicate sets found in it. May be deleted any time."""

# ruff: noqa: S608 - only names from this file's own constants are put into SQL; all values are bound

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mergetui import errors
from mergetui.records.codec import from_json
from mergetui.records.people import DuplicateSet, LinkState, Person, PersonFacts
from mergetui.records.views import QueueRow
from mergetui.store.database import Database, Kind, clean, json_text
from mergetui.store.facts import COLUMNS
from mergetui.store.joining import HubSpotEnd, SalesforceEnd, join
from mergetui.store.links import Links
from mergetui.store.mirror_rows import HUBSPOT, SALESFORCE, hubspot_row, salesforce_row, upsert
from mergetui.store.sets import TABLES, Sets, StakeRow

if TYPE_CHECKING:
    # their many dataclasses are made when the first record is read: the queue paints before that
    from mergetui.records.crm import Crm, FieldInfo, HubSpotContact, SalesforceRecord, User

_PULLED = {
    "fields": "crm TEXT, object TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (crm, object, name)",
    "users": "id TEXT PRIMARY KEY, crm TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, active INTEGER NOT NULL",
    "accounts": "id TEXT PRIMARY KEY, name TEXT NOT NULL",
    "salesforce": ", ".join(f"{name} {kind}" for name, kind in SALESFORCE.items()),
    "hubspot": ", ".join(f"{name} {kind}" for name, kind in HUBSPOT.items()),
}
"""Tables that a pull fills: first under ``new_…``, then in place."""

_INDEXES = (
    "CREATE INDEX hubspot_contact_link ON hubspot (contact_link) WHERE contact_link <> ''",
    "CREATE INDEX hubspot_lead_link ON hubspot (lead_link) WHERE lead_link <> ''",
    "CREATE INDEX salesforce_converted ON salesforce (converted_contact_id) WHERE converted_contact_id <> ''",
)
_FIRST = ";\n".join(
    (
        "CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        *(f"CREATE TABLE {name} ({shape})" for name, shape in _PULLED.items()),
        *_INDEXES,
        "CREATE TABLE persons (key TEXT PRIMARY KEY, salesforce_id TEXT, object TEXT, hubspot_id TEXT,"
        " link TEXT NOT NULL)",
        "CREATE INDEX persons_by_salesforce ON persons (salesforce_id)",
        "CREATE INDEX persons_by_hubspot ON persons (hubspot_id)",
        *TABLES,
    )
)

_FACETS = ""
"""Nothing to run: a mirror is emptied when the number of scripts differs, and ``_FIRST`` has other columns since."""

_KIND = Kind(
    name="mirror",
    migrations=(_FIRST, _FACETS),
    synchronous="NORMAL",
    damaged_not_done="Nothing is lost: it only holds copies of what both CRMs have.",
    damaged_todo="Delete {path} and run `mergetui pull --full`.",
    rebuild=True,
)

_IN = "IN (SELECT value FROM json_each(?))"
"""One bound JSON list instead of one mark per value, of which SQLite allows only so many."""


class Mirror:
    """One process's connection to the mirror."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file; one of another version is emptied. Raises Damaged when it cannot be read."""
        self._db = Database(path, _KIND)
        self.sets = Sets(self._db)
        self.links = Links(self._db)
        self._pull = ""
        self._full = True

    # pulling ---------------------------------------------------------------------------------------------------
    # Rows of a pull land in tables of their own and take the mirror's place all at once at its end.

    def begin_pull(self, full: bool = True) -> None:
        """Start a pull; what an earlier, unfinished one left is dropped.

        With ``full`` rows that are not put again disappear at ``end_pull``; without, put rows replace or join the
        present ones.
        """
        self._pull, self._full = uuid.uuid4().hex, full
        with self._db.transaction():
            self._drop_staging()
            for name, shape in _PULLED.items():
                self._db.run(f"CREATE TABLE new_{name} ({shape})")
            self._db.run("CREATE TABLE new_gone (id TEXT PRIMARY KEY)")
            self._set_note("pulling", self._pull)

    def put_fields(self, fields: Sequence[FieldInfo]) -> None:
        rows = [(info.crm, info.object, info.name, json_text(info)) for info in fields]
        with self._pulling():
            self._db.many("INSERT OR REPLACE INTO new_fields VALUES (?,?,?,?)", rows)

    def put_users(self, users: Sequence[User]) -> None:
        rows = [(user.id, user.crm, clean(user.name), clean(user.email), user.active) for user in users]
        with self._pulling():
            self._db.many("INSERT OR REPLACE INTO new_users VALUES (?,?,?,?,?)", rows)

    def put_accounts(self, names: Mapping[str, str]) -> None:
        """Account id → name."""
        with self._pulling():
            self._db.many(
                "INSERT OR REPLACE INTO new_accounts VALUES (?,?)", [(id_, clean(name)) for id_, name in names.items()]
            )

    def put_salesforce(self, records: Sequence[SalesforceRecord]) -> None:
        rows = [salesforce_row(record) for record in records]
        with self._pulling():
            self._db.many(upsert("new_salesforce", SALESFORCE, "modified_at"), rows)

    def put_hubspot(self, contacts: Sequence[HubSpotContact]) -> None:
        rows = [hubspot_row(contact) for contact in contacts]
        with self._pulling():
            self._db.many(upsert("new_hubspot", HUBSPOT, "updated_at"), rows)

    def end_pull(self, report: Mapping[str, Any]) -> None:
        """Put the pulled rows in place and join persons anew, in one transaction; ``last_pull`` answers ``report``."""
        with self._pulling():
            for table in ("salesforce", "hubspot"):
                self._db.run(f"DELETE FROM new_{table} WHERE id IN (SELECT id FROM new_gone)")
            for name in _PULLED:
                if self._full:
                    self._db.run(f"DROP TABLE {name}")
                    self._db.run(f"ALTER TABLE new_{name} RENAME TO {name}")
                else:
                    self._db.run(f"INSERT OR REPLACE INTO {name} SELECT * FROM new_{name}")
            if self._full:
                for index in _INDEXES:
                    self._db.run(index)
            self._drop_staging()
            self._join_all()
            self._db.run("DELETE FROM notes WHERE key='pulling'")
            self._set_note("last pull", json_text(report))
        self._pull = ""

    def last_pull(self) -> dict[str, Any] | None:
        """The report of the last pull that came to its end."""
        text = self._note("last pull")
        return json.loads(text) if text else None

    def _drop_staging(self) -> None:
        for name in (*_PULLED, "gone"):
            self._db.run(f"DROP TABLE IF EXISTS new_{name}")

    @contextmanager
    def _pulling(self) -> Iterator[None]:
        with self._db.transaction():
            if not self._pull or self._note("pulling") != self._pull:
                raise errors.Busy(
                    "Another pull of this profile has begun.", "This one was stopped.", "Wait for the other to end."
                )
            yield

    # after reviews and merges ----------------------------------------------------------------------------------
    def refresh_records(
        self, salesforce: Sequence[SalesforceRecord], hubspot: Sequence[HubSpotContact], gone: Sequence[str]
    ) -> None:
        """Newer states of single records; ``gone`` names ids that no longer exist in either CRM.

        Persons touched by them are joined anew. A pull under way will not bring the older states back.
        """
        salesforce_rows = [salesforce_row(record) for record in salesforce]
        hubspot_rows = [hubspot_row(contact) for contact in hubspot]
        touched_salesforce = {record.id for record in salesforce} | set(gone)
        touched_hubspot = {contact.id for contact in hubspot} | set(gone)
        with self._db.transaction():
            touched_salesforce |= self._linked_by(touched_hubspot)
            prefixes = ["", "new_"] if self._note("pulling") else [""]
            for prefix in prefixes:
                for table, rows in (("salesforce", salesforce_rows), ("hubspot", hubspot_rows)):
                    if rows:
                        marks = ",".join("?" * len(rows[0]))
                        self._db.many(f"INSERT OR REPLACE INTO {prefix}{table} VALUES ({marks})", rows)
                    self._db.many(f"DELETE FROM {prefix}{table} WHERE id=?", [(id_,) for id_ in gone])
            if len(prefixes) == 2:
                self._db.many("INSERT OR IGNORE INTO new_gone VALUES (?)", [(id_,) for id_ in gone])
            self._join_some(touched_salesforce, touched_hubspot)

    def carrying(self, addresses: Collection[str]) -> frozenset[str]:
        """Ids of the rows of either CRM that carry one of these lower-case addresses."""
        asked = _listed(addresses)
        rows = self._db.all(
            f"SELECT id FROM salesforce WHERE lower(email) {_IN} UNION SELECT id FROM hubspot WHERE lower(email) {_IN}"
            " UNION SELECT h.id FROM hubspot h, json_each(?) one WHERE h.secondary_email <> ''"
            " AND instr(';' || replace(lower(h.secondary_email), ' ', '') || ';', ';' || one.value || ';') > 0",
            (asked, asked, asked),
        )
        return frozenset(row[0] for row in rows)

    def last_synced(self, limit: int) -> list[Person]:
        """The persons with both sides whose contact was synced last, newest first."""
        found = self._db.all(
            "SELECT p.key, p.salesforce_id, p.object, p.hubspot_id, p.link FROM persons p JOIN hubspot h"
            " ON h.id=p.hubspot_id WHERE p.salesforce_id IS NOT NULL AND h.synced_at > 0"
            " ORDER BY h.synced_at DESC, h.id LIMIT ?",
            (limit,),
        )
        return [Person(*row) for row in found]

    def sharing(self, emails: Collection[str]) -> frozenset[str]:
        """Those of the lower-case addresses that a live Salesforce row carries."""
        rows = self._db.all(
            f"SELECT DISTINCT lower(email) FROM salesforce WHERE NOT deleted AND lower(email) {_IN}", (_listed(emails),)
        )
        return frozenset(row[0] for row in rows)

    def holding(self, salesforce_ids: Collection[str]) -> dict[str, list[str]]:
        """Salesforce id → HubSpot contacts that held it at the last pull."""
        found: dict[str, list[str]] = {}
        for contact_id in sorted(self._holding(salesforce_ids)):
            links = self._db.one("SELECT contact_link, lead_link FROM hubspot WHERE id=?", (contact_id,))
            for held in set(links) & set(salesforce_ids):
                found.setdefault(held, []).append(contact_id)
        return found

    def forget(self, ids: Collection[str]) -> tuple[str, ...]:
        """Take these rows, their persons and their sets out; the next pull brings back what the CRMs still have.
        Returns the ids of the sets."""
        self._db.run("PRAGMA secure_delete=ON")
        keys = {f"{crm}:{id_}" for id_ in ids for crm in ("sf", "hs")}
        gone = [
            set_id
            for set_id, body in self._db.all("SELECT id, body FROM set_bodies")
            if keys & set(json.loads(body)["members"])
        ]
        self.refresh_records((), (), sorted(ids))
        with self._db.transaction():
            for table in ("sets", "set_bodies"):
                self._db.run(f"DELETE FROM {table} WHERE id {_IN}", (_listed(gone),))
        return tuple(gone)

    def compact(self) -> bool:
        """After forgetting: take what was deleted out of free pages and the log too. False when it is in use."""
        return self._db.compact()

    def set_link_states(self, states: Mapping[str, LinkState]) -> None:
        """HubSpot id → what ``sync.links`` found of its link; persons show it from then on."""
        rows = [(state, id_) for id_, state in states.items()]
        with self._db.transaction():
            self._db.many("UPDATE hubspot SET link_state=? WHERE id=?", rows)
            self._db.many("UPDATE persons SET link=? WHERE hubspot_id=?", rows)

    # records ---------------------------------------------------------------------------------------------------
    def salesforce(self, id_: str) -> SalesforceRecord | None:
        row = self._db.one(
            "SELECT id, object, body, modified_at, deleted, master_id FROM salesforce WHERE id=?", (id_,)
        )
        if row is None:
            return None
        from mergetui.records.crm import SalesforceRecord

        return SalesforceRecord(row[0], row[1], json.loads(row[2]), row[3], bool(row[4]), row[5])

    def hubspot(self, id_: str) -> HubSpotContact | None:
        row = self._db.one(
            "SELECT id, body, created_at, updated_at, archived, archived_at FROM hubspot WHERE id=?", (id_,)
        )
        if row is None:
            return None
        from mergetui.records.crm import HubSpotContact

        return HubSpotContact(row[0], json.loads(row[1]), row[2], row[3], bool(row[4]), row[5])

    def fields(self, crm: Crm, object_: str) -> tuple[FieldInfo, ...]:
        """In the order of their names."""
        from mergetui.records.crm import FieldInfo

        found = self._db.all("SELECT body FROM fields WHERE crm=? AND object=? ORDER BY name", (crm, object_))
        return tuple(from_json(FieldInfo, row[0]) for row in found)

    def user_name(self, id_: str) -> str:
        """The name of a Salesforce user or HubSpot owner; empty when unknown."""
        row = self._db.one("SELECT name FROM users WHERE id=?", (id_,))
        return str(row[0]) if row else ""

    def account_name(self, id_: str) -> str:
        row = self._db.one("SELECT name FROM accounts WHERE id=?", (id_,))
        return str(row[0]) if row else ""

    def counts(self) -> dict[str, int]:
        """``leads``, ``contacts``, ``hubspot``, ``persons``, ``sets``."""
        row = self._db.one(
            "SELECT (SELECT count(*) FROM salesforce WHERE object='Lead' AND NOT deleted AND NOT converted),"
            " (SELECT count(*) FROM salesforce WHERE object='Contact' AND NOT deleted),"
            " (SELECT count(*) FROM hubspot WHERE NOT archived),"
            " (SELECT count(*) FROM persons), (SELECT count(*) FROM sets)"
        )
        return dict(zip(("leads", "contacts", "hubspot", "persons", "sets"), row, strict=True))

    # persons ---------------------------------------------------------------------------------------------------
    def persons(self) -> list[Person]:
        """All persons, sorted by key."""
        found = self._db.all("SELECT key, salesforce_id, object, hubspot_id, link FROM persons ORDER BY key")
        return [Person(*row) for row in found]

    def person(self, key: str) -> Person | None:
        row = self._db.one("SELECT key, salesforce_id, object, hubspot_id, link FROM persons WHERE key=?", (key,))
        return Person(*row) if row else None

    def person_of(self, id_: str) -> Person | None:
        """The person that a Salesforce or HubSpot id belongs to."""
        row = self._db.one(
            "SELECT key, salesforce_id, object, hubspot_id, link FROM persons WHERE salesforce_id=? OR hubspot_id=?",
            (id_, id_),
        )
        return Person(*row) if row else None

    def facts(self) -> Iterator[PersonFacts]:
        """One row per person and CRM side, all of Salesforce first; both sides of a linked person carry its key."""
        columns = ", ".join(f"r.{column}" for column in COLUMNS if column != "company")
        with_company = columns.replace("r.title", "{company}, r.title", 1)
        salesforce_side = with_company.format(company="coalesce(nullif(r.company,''), a.name, '')")
        yield from self._facts_of(
            f"SELECT p.key, 'salesforce', r.object, {salesforce_side}, r.created_at, r.modified_at"
            " FROM persons p JOIN salesforce r ON r.id=p.salesforce_id LEFT JOIN accounts a ON a.id=r.account_id"
        )
        hubspot_side = with_company.format(company="r.company")
        yield from self._facts_of(
            f"SELECT p.key, 'hubspot', 'contact', {hubspot_side}, r.created_at, r.updated_at"
            " FROM persons p JOIN hubspot r ON r.id=p.hubspot_id"
        )

    def _facts_of(self, sql: str) -> Iterator[PersonFacts]:
        last = ""
        while True:  # by pages, so that no read transaction stays open while the caller computes
            rows = self._db.all(f"{sql} WHERE p.key > ? ORDER BY p.key LIMIT 5000", (last,))
            if not rows:
                return
            for row in rows:
                yield PersonFacts(*row)
            last = rows[-1][0]

    def _join_all(self) -> None:
        self._db.run("DELETE FROM persons")
        self._save_persons(join(self._salesforce_ends(), self._hubspot_ends()))

    def _join_some(self, salesforce_ids: Collection[str], hubspot_ids: Collection[str]) -> None:
        """Join anew everything that hangs together with these ids through links."""
        rows, contacts = set(salesforce_ids), set(hubspot_ids)
        while True:
            more_contacts = self._holding(rows) - contacts
            contacts |= more_contacts
            more_rows = (self._linked_by(contacts) | self._conversions(rows)) - rows
            rows |= more_rows
            if not more_contacts and not more_rows:
                break
        for column, ids in (("salesforce_id", rows), ("hubspot_id", contacts)):
            self._db.many(f"DELETE FROM persons WHERE {column}=?", [(id_,) for id_ in ids])
        self._save_persons(
            join(self._salesforce_ends(f"AND id {_IN}", rows), self._hubspot_ends(f"AND id {_IN}", contacts))
        )

    def _save_persons(self, persons: Iterable[Person]) -> None:
        rows = ((person.key, person.salesforce_id, person.object, person.hubspot_id, person.link) for person in persons)
        self._db.many("INSERT OR REPLACE INTO persons VALUES (?,?,?,?,?)", rows)

    def _salesforce_ends(self, where: str = "", ids: Collection[str] | None = None) -> dict[str, SalesforceEnd]:
        found = self._db.all(
            "SELECT id, object, lower(email), converted, converted_contact_id FROM salesforce"
            f" WHERE NOT deleted {where} ORDER BY id",
            () if ids is None else (_listed(ids),),
        )
        return {row[0]: SalesforceEnd(row[0], row[1], row[2], bool(row[3]), row[4]) for row in found}

    def _hubspot_ends(self, where: str = "", ids: Collection[str] | None = None) -> list[HubSpotEnd]:
        found = self._db.all(
            "SELECT id, contact_link, lead_link, lower(email), lower(secondary_email), synced_at, link_state"
            f" FROM hubspot WHERE NOT archived {where} ORDER BY id",
            () if ids is None else (_listed(ids),),
        )
        return [
            HubSpotEnd(id_, contact, lead, (email, *(part.strip() for part in more.split(";"))), synced, state)
            for id_, contact, lead, email, more, synced, state in found
        ]

    def _linked_by(self, hubspot_ids: Collection[str]) -> frozenset[str]:
        rows = self._db.all(f"SELECT contact_link, lead_link FROM hubspot WHERE id {_IN}", (_listed(hubspot_ids),))
        return frozenset(id_ for row in rows for id_ in row if id_)

    def _holding(self, salesforce_ids: Collection[str]) -> frozenset[str]:
        ids = _listed(salesforce_ids)
        rows = self._db.all(
            f"SELECT id FROM hubspot WHERE contact_link <> '' AND contact_link {_IN}"
            f" UNION SELECT id FROM hubspot WHERE lead_link <> '' AND lead_link {_IN}",
            (ids, ids),
        )
        return frozenset(row[0] for row in rows)

    def _conversions(self, salesforce_ids: Collection[str]) -> frozenset[str]:
        """Leads that became one of these contacts, and contacts that one of these leads became."""
        ids = _listed(salesforce_ids)
        rows = self._db.all(
            f"SELECT id FROM salesforce WHERE converted_contact_id <> '' AND converted_contact_id {_IN} UNION"
            f" SELECT converted_contact_id FROM salesforce WHERE converted_contact_id <> '' AND id {_IN}",
            (ids, ids),
        )
        return frozenset(row[0] for row in rows)

    # duplicate sets --------------------------------------------------------------------------------------------
    def replace_sets(self, sets: Sequence[DuplicateSet], stakes: Mapping[str, StakeRow]) -> None:
        """All sets anew, in one transaction; each needs its ``StakeRow``. Raises KeyError when one lacks it."""
        self.sets.replace(sets, stakes)

    def set(self, set_id: str) -> DuplicateSet | None:
        return self.sets.get(set_id)

    def set_ids(self, order: str = "stake", text: str = "", hide: Collection[str] = ()) -> list[str]:
        """Ids in order; ``text`` keeps sets whose names or company contain it, whatever the case."""
        from mergetui.records.queue import Condition

        ids = self.sets.ids(order, (Condition("words", "has", text.casefold()),) if text else ())
        if not hide:
            return ids
        hidden = frozenset(hide)
        return [id_ for id_ in ids if id_ not in hidden]

    def queue_rows(self, set_ids: Sequence[str]) -> list[QueueRow]:
        """In the order asked; ids that are no longer a set are left out. ``status`` is filled in by ``workflow``."""
        return self.sets.rows(set_ids)

    # the file itself -------------------------------------------------------------------------------------------
    def revision(self) -> int:
        """Changes whenever any process wrote."""
        return self._db.revision()

    def close(self) -> None:
        self._db.close()

    def _note(self, key: str) -> str:
        row = self._db.one("SELECT value FROM notes WHERE key=?", (key,))
        return str(row[0]) if row else ""

    def _set_note(self, key: str, value: str) -> None:
        self._db.run("INSERT OR REPLACE INTO notes VALUES (?,?)", (key, value))


def _listed(ids: Collection[str]) -> str:
    return json.dumps(list(ids))
