"""Reading records of any type: list, one, batch, search (facts/hubspot.md §2, §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.fragments import joined_reply
from mergetui.sandbox.hubspot_kinds import Kind, Record, exists, kind
from mergetui.sandbox.hubspot_people import ContactWriter
from mergetui.sandbox.hubspot_search import search
from mergetui.sandbox.hubspot_shapes import (
    DATED,
    batch_reply,
    inputs_of,
    invalid,
    kind_of,
    limit_of,
    paging,
    record_json,
    start_of,
    text_of,
    texts_of,
    unset,
    values_of,
)
from mergetui.sandbox.web import Call, Reply, Router, encode, json_reply
from mergetui.twin import associations, hubspot, portal
from mergetui.twin.state import Contact, State

BATCH = 100
HISTORY_BATCH = 50
LONGEST_SEARCH = 3_000
"""Characters of a search's body."""


def bases(kinds: str) -> tuple[str, str]:
    """The dated and the legacy path of the types that a regular expression names."""
    return f"/crm/objects/{DATED}/{{kind:{kinds}}}", f"/crm/{{v:v3}}/objects/{{kind:{kinds}}}"


CONTACTS, ANY = "contacts?|0-1", "[^/]+"


class Records:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        for kinds, (many, one, batch) in {
            CONTACTS: ("contacts", "contact", "batch_read"),
            ANY: ("objects", "objects", "objects"),
        }.items():
            for base in bases(kinds):
                router.add("GET", base, f"hubspot.{many}", self._list)
                router.add("POST", f"{base}/search", "hubspot.search", self._search)
                router.add("POST", f"{base}/batch/read", f"hubspot.{batch}", self._batch_read)
                router.add("GET", f"{base}/{{id}}", f"hubspot.{one}", self._read)

    def _kind(self, call: Call) -> Kind:
        return kind(self._sandbox, kind_of(call.params["kind"]))

    def _list(self, call: Call) -> Reply:
        if call.first("associations"):  # what hangs on a record depends on the time too
            return self._listed(call)
        name = ("list", call.path, tuple(call.query))
        return self._sandbox.fragments.page(name, lambda: self._listed(call))

    def _listed(self, call: Call) -> Reply:
        of = self._kind(call)
        history = call.many("propertiesWithHistory")
        limit = limit_of(call, HISTORY_BATCH if history else 100, 10)
        # Today the cursor is the next record id (facts/hubspot.md §2).
        found = of.page(start_of(call.first("after")), limit + 1, archived=call.flag("archived"))
        names, related = call.many("properties"), call.many("associations")
        people = [record for record in found[:limit] if isinstance(record, Contact)]
        if people and not related:
            # What contacts show changes only with themselves; objects count their contacts.
            shape = ("contacts", tuple(names), tuple(history))
            texts = self._sandbox.fragments.each(shape, people, lambda: ContactWriter(self._state, names, history))
        else:
            texts = [
                encode(record_json(self._state, record, names, history, related, call.path)) for record in found[:limit]
            ]
        after = paging(call, found[limit].id, limit) if len(found) > limit else None
        place = ("list", call.path, tuple(call.query))
        return self._sandbox.fragments.joined(
            place, texts, lambda made: joined_reply("results", made, after=after), beside=after
        )

    def _read(self, call: Call) -> Reply:
        of = self._kind(call)
        given, name, archived = call.params["id"], call.first("idProperty"), call.flag("archived")
        record = of.by(name, given) if name else of.read(given)
        if record is None or not exists(record, archived) or (archived and not name and record.id != given):
            raise hubspot.missing()
        related = call.many("associations")
        path = call.path.rpartition("/")[0]
        history = call.many("propertiesWithHistory")
        return json_reply(record_json(self._state, record, call.many("properties"), history, related, path))

    def _batch_read(self, call: Call) -> Reply:
        of = self._kind(call)
        body = call.members()
        history = texts_of(body, "propertiesWithHistory")
        items = inputs_of(call)
        if history and len(items) > HISTORY_BATCH:
            raise invalid(
                "The maximum number of inputs supported in a batch request for property histories is 50. "
                f"Requested: {len(items)}"
            )
        names, by, archived = texts_of(body, "properties"), str(body.get("idProperty") or ""), call.flag("archived")
        results, absent = [], []
        for given in dict.fromkeys(_id(item) for item in items):
            record = of.by(by, given) if by else of.exact(given)
            if record is None or not exists(record, archived):
                absent.append(given)
            else:
                results.append(record_json(self._state, record, names, history))
        errors: list[dict[str, Any]] = []
        if absent:
            what = portal.singular(of.name).upper()
            errors.append(
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "message": f"Could not get some {what} objects, they may be deleted or not exist. "
                    "Check that ids are valid.",
                    "context": {"ids": absent},
                }
            )
        return batch_reply(self._state, results, errors)

    # search ---------------------------------------------------------------------------------------------------

    def _search(self, call: Call) -> Reply:
        of, state = self._kind(call), self._state
        if len(call.body) > LONGEST_SEARCH and len(call.body.decode("utf-8", "replace")) > LONGEST_SEARCH:
            raise invalid(f"The request body is longer than {LONGEST_SEARCH} characters")
        body = call.members()
        items = (
            (
                record,
                lambda record=record: values_of(state, record),
                lambda to, record=record: self._related(record, to),
                record.created_at if hasattr(record, "created_at") else int(record.id),
            )
            for record in self._candidates(of, body)
            if record.archived_at is None
        )
        page, total, after = search(body, items, of.schema(), of.queried)
        names = texts_of(body, "properties")
        shown: dict[str, Any] = {"total": total, "results": [record_json(state, record, names) for record in page]}
        if after is not None:
            shown["paging"] = {"next": {"after": after}}
        return json_reply(shown)

    def _related(self, record: Record, to: str) -> list[str]:
        other = portal.type_name(to)
        return list(associations.related(self._state, record, other)) if other else []

    def _candidates(self, of: Kind, body: Mapping[str, Any]) -> Iterable[Record]:
        """What a search can find: changes younger than the lag are not seen; fewer than all records are looked at
        when every filter group asks for an indexed value."""
        unseen = self._state.portal.search.unseen(self._state, of.name)
        ids = self._indexed(of, body)
        if ids is None:
            found = [record for record in of.living() if record.id not in unseen]
        else:
            chosen = ((key, of.exact(key)) for key in ids if key not in unseen)
            found = [record for key, record in chosen if record is not None and record.id == key]
        return [*found, *(record for record in unseen.values() if record is not None)]

    def _indexed(self, of: Kind, body: Mapping[str, Any]) -> Iterable[str] | None:
        groups = body.get("filterGroups") or ([{"filters": body["filters"]}] if body.get("filters") else None)
        if not isinstance(groups, list) or not groups:
            return None
        found: dict[str, None] = {}
        for group in groups:
            rules = group.get("filters") if isinstance(group, Mapping) else None
            each = (_equal(of, rule) for rule in rules or () if isinstance(rule, Mapping))
            ids = next((ids for ids in each if ids is not None), None)
            if ids is None:
                return None
            found |= dict.fromkeys(ids)
        return found


def _equal(of: Kind, rule: Mapping[str, Any]) -> Iterable[str] | None:
    """Ids of records that may satisfy an EQ or IN rule on an indexed property; None for other rules."""
    if rule.get("operator") not in ("EQ", "IN"):
        return None
    given = rule.get("values") if rule["operator"] == "IN" else [rule.get("value")]
    if not isinstance(given, list):
        return None
    return of.indexed(str(rule.get("propertyName")), [str(value) for value in given])


def _id(item: Mapping[str, Any]) -> str:
    if item.get("id") is None:
        raise unset("id")
    return text_of(item["id"], "id")
