"""One profile's parts, opened when first needed: files at once, CRM clients (and their imports) late."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from mergetui.config import DEMO, Paths, load, paths
from mergetui.records.clock import local_now
from mergetui.store import Ledger, Mirror, RunnerLock, Snapshots

if TYPE_CHECKING:
    from mergetui.config_model import Profile
    from mergetui.crm.hubspot import HubSpot
    from mergetui.crm.salesforce import Salesforce
    from mergetui.crm.stores import TokenStore
    from mergetui.crm.tokens import TokenSource
    from mergetui.planning.rules import Rules
    from mergetui.records.crm import Crm, FieldInfo
    from mergetui.records.journal import RunnerInfo
    from mergetui.records.people import Person
    from mergetui.records.sync import DeleteSwitch, SyncSettings
    from mergetui.sync.mapping import Declared, Sighting


class Office:
    """Files and clients of one profile in one process."""

    def __init__(self, profile: str, *, read_only: bool = False) -> None:
        self.profile = profile
        self.read_only = read_only
        self.paths: Paths = paths(profile)

    @cached_property
    def config(self) -> Profile:
        return load(self.profile)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.paths.ledger)

    @cached_property
    def mirror(self) -> Mirror:
        return Mirror(self.paths.mirror)

    @cached_property
    def snapshots(self) -> Snapshots:
        return Snapshots(self.paths.snapshots)

    def runner_lock(self) -> RunnerLock:
        return RunnerLock(self.paths.runner_lock)

    @cached_property
    def rules(self) -> Rules:
        from mergetui.planning.rules import Protect, Rules

        return Rules(
            protect=tuple(Protect(one.crm, one.field, one.value, one.why) for one in self.config.protect),
            valuable=tuple(self.config.valuable_activity),
            valuable_days=self.config.valuable_days,
            touch_field=self.config.touch_field,
        )

    def sync_settings(self) -> SyncSettings:
        """What the profile and the settings card declare, over what was found out."""
        from mergetui.config_model import MappingLine
        from mergetui.sync.mapping import Declared
        from mergetui.workflow.learning import sightings

        mirror = self.mirror
        fields = [
            *mirror.fields("salesforce", "Lead"),
            *mirror.fields("salesforce", "Contact"),
            *mirror.fields("hubspot", "contact"),
        ]
        lines = [
            Declared(name, line.rule, line.lead, line.contact)
            if isinstance(line, MappingLine)
            else Declared(name, line)
            for name, line in self.config.mapping.items()
        ]
        return self._settings(fields=fields, lines=lines, sightings=sightings(self.ledger))

    def delete_switches(self) -> tuple[DeleteSwitch, ...]:
        """The part of ``sync_settings`` that needs no field lists."""
        return self._settings().deletes

    def _settings(
        self,
        *,
        fields: Sequence[FieldInfo] = (),
        lines: Sequence[Declared] = (),
        sightings: Sequence[Sighting] = (),
    ) -> SyncSettings:
        from mergetui.sync.settings import settings
        from mergetui.workflow.learning import contradicted, declarations, evidence

        always = {
            "delete:Contact": self.config.delete_on_sync_contacts,
            "delete:Lead": self.config.delete_on_sync_leads,
        }
        return settings(
            always,
            evidence(self.ledger),
            fields,
            declarations=declarations(self.ledger),
            contradicted=contradicted(self.ledger),
            now=local_now(),
            lines=lines,
            sightings=sightings,
        )

    def persons(self, keys: Sequence[str]) -> list[Person]:
        """Person keys → persons of the mirror; unknown keys are left out."""
        return [person for key in keys if (person := self.mirror.person(key)) is not None]

    # CRM clients -----------------------------------------------------------------------------------------------
    def token_store(self) -> TokenStore:
        from mergetui.crm.stores import FileStore, KeyringStore

        return FileStore(self.paths.demo_tokens) if self.profile == DEMO else KeyringStore(self.profile)

    def tokens(self, crm: Crm) -> TokenSource:
        from mergetui.crm.tokens import StoredTokens, tokens_from_environment

        given = None if self.profile == DEMO else tokens_from_environment(crm, os.environ)
        return given or StoredTokens(self.token_store(), crm, self.profile, self.paths.state)

    def salesforce(self) -> Salesforce:
        from mergetui.crm.salesforce import Salesforce
        from mergetui.crm.transport import Transport

        return Salesforce(Transport("salesforce", self.tokens("salesforce")), read_only=self.read_only)

    def hubspot(self) -> HubSpot:
        from mergetui.crm.hubspot import HubSpot
        from mergetui.crm.transport import Transport

        return HubSpot(Transport("hubspot", self.tokens("hubspot")), read_only=self.read_only)

    def close(self) -> None:
        for name in ("ledger", "mirror"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()


def runner_words(runner: RunnerInfo | None, ledger: Ledger) -> str:
    paused = "pause" in ledger.wishes()
    if runner is None:
        return "paused" if paused else "not running"
    return f"{'paused' if paused else runner.doing or 'idle'}, pid {runner.pid}"
