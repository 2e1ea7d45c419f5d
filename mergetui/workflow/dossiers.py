"""Reads the dossier of a set for its review; the next ones are read ahead while a person looks at this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mergetui import errors
from mergetui.records.clock import local_now
from mergetui.workflow.office import Office

if TYPE_CHECKING:
    from mergetui.crm.hubspot import HubSpot
    from mergetui.crm.salesforce import Salesforce
    from mergetui.merging.reading import Schema
    from mergetui.records.crm import HubSpotExtras
    from mergetui.records.people import DuplicateSet
    from mergetui.records.review import Dossier

AHEAD_FOR_MS = 60_000
"""A dossier read ahead is used within this time; the review then says how old it is, and preflight reads anew."""
MOST_AHEAD = 6


class Dossiers:
    """One cockpit's reader. Each dossier read ahead is used once."""

    def __init__(self, office: Office, crms: Callable[[], tuple[Salesforce, HubSpot]]) -> None:
        self._office = office
        self._crms = crms
        self._schema: Schema | None = None
        self._schema_lock: asyncio.Lock | None = None
        self._ahead: dict[str, tuple[int, Dossier]] = {}
        self._under_way: dict[str, asyncio.Task[Dossier]] = {}

    @property
    def users(self) -> Mapping[str, str]:
        return self._schema.users if self._schema is not None else {}

    def found(self, set_id: str) -> DuplicateSet:
        """Raises Problem when the set is no longer there."""
        found = self._office.mirror.set(set_id)
        if found is None:
            raise errors.Problem("This set is no longer in the queue.", "", "Go back (esc) and choose another.")
        return found

    async def read(self, set_id: str) -> Dossier:
        """The one read ahead, if it is young, else a fresh one."""
        under_way = self._under_way.get(set_id)
        if under_way is not None:
            return await asyncio.shield(under_way)
        kept = self._ahead.pop(set_id, None)
        if kept is not None and local_now() - kept[0] < AHEAD_FOR_MS:
            return kept[1]
        return await self._fresh(set_id)

    async def read_ahead(self, set_ids: Sequence[str]) -> None:
        """Read these sets for later; one that cannot be read is left for its review to complain about."""
        for set_id in set_ids:
            kept = self._ahead.get(set_id)
            if set_id in self._under_way or (kept is not None and local_now() - kept[0] < AHEAD_FOR_MS // 2):
                continue
            task = asyncio.ensure_future(self._fresh(set_id))
            self._under_way[set_id] = task
            try:
                dossier = await asyncio.shield(task)
            except errors.Problem:
                continue
            finally:
                if task.done():
                    self._under_way.pop(set_id, None)
                else:  # the screen is gone; what is asked for already may still come
                    task.add_done_callback(lambda done, set_id=set_id: self._late(set_id, done))  # type: ignore[misc]
            self._keep(set_id, dossier)

    def _keep(self, set_id: str, dossier: Dossier) -> None:
        self._ahead[set_id] = (local_now(), dossier)
        while len(self._ahead) > MOST_AHEAD:
            self._ahead.pop(next(iter(self._ahead)))

    def _late(self, set_id: str, task: asyncio.Task[Dossier]) -> None:
        self._under_way.pop(set_id, None)
        if not task.cancelled() and task.exception() is None:
            self._keep(set_id, task.result())

    async def _fresh(self, set_id: str) -> Dossier:
        from mergetui.merging.reading import collect

        found = self.found(set_id)
        salesforce, hubspot = self._crms()
        schema = await self._read_schema()
        persons = self._office.persons(found.members)
        if len(persons) < 2:
            raise errors.Problem(
                "The people of this set are no longer here.", "Nothing was read.", "Press r in the queue."
            )
        return await collect(set_id, persons, salesforce, hubspot, schema, self._office.sync_settings())

    async def _read_schema(self) -> Schema:
        from mergetui.merging.reading import read_schema

        self._schema_lock = self._schema_lock or asyncio.Lock()
        async with self._schema_lock:
            if self._schema is None:
                self._schema = await read_schema(*self._crms())
            return self._schema

    async def histories(self, contact_ids: Sequence[str]) -> Mapping[str, HubSpotExtras]:
        """HubSpot's property histories of these contacts: id → extras."""
        schema = await self._read_schema()
        return await self._crms()[1].extras(contact_ids, history=[info.name for info in schema.hubspot])
