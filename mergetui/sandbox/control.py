"""The control port: what the product never reads and tests steer by (design §5 "Sandbox control")."""

from __future__ import annotations

import dataclasses
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.front import Receive, Scope, Send, read_call, send_reply
from mergetui.sandbox.web import BadBody, Call, Reply, Route, Router, json_reply
from mergetui.twin.events import ChangeSettings, Poll
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, Row

SERVER_SETTINGS = ("is_sandbox", "account_type", "latency_ms", "rate_limits", "salesforce_daily_limit")


class Control:
    """Every answer is given only after everything due by then has happened."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._router = Router()
        add = self._router.add
        add("GET", "/state", "control.state", self._state)
        add("GET", "/people", "control.people", self._people)
        add("GET", "/events", "control.events", self._events)
        add("POST", "/tick", "control.tick", self._tick)
        add("POST", "/clock", "control.clock", self._clock)
        add("POST", "/settings", "control.settings", self._settings)
        add("GET", "/faults", "control.faults", self._faults)
        add("POST", "/faults", "control.faults", self._add_fault)
        add("DELETE", "/faults", "control.faults", self._clear_faults)
        add("POST", "/faults/release", "control.faults", self._release)
        add("POST", "/reset", "control.reset", self._reset)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        call = await read_call(scope, receive)
        self._sandbox.last_request_at = self._sandbox.real()
        await send_reply(self._answer(call), send, self._sandbox.now())

    def _answer(self, call: Call) -> Reply:
        route = self._router.find(call)
        if not isinstance(route, Route):
            return json_reply({"error": "no such call"}, 405 if route == "method" else 404)
        self._sandbox.catch_up()
        if call.method != "GET":
            self._sandbox.world.state.revision += 1
        try:
            return route.handler(call)
        except (BadBody, ValueError) as error:
            return json_reply({"error": str(error)}, 400)

    # looking --------------------------------------------------------------------------------------------------

    def _state(self, call: Call) -> Reply:
        sandbox, state = self._sandbox, self._sandbox.world.state
        return json_reply(
            {
                "clock": sandbox.now(),
                "clock_iso": iso(sandbox.now()),
                "settings": dataclasses.asdict(state.settings)
                | {
                    "is_sandbox": sandbox.is_sandbox,
                    "account_type": sandbox.account_type,
                    "latency_ms": sandbox.latency_ms,
                    "rate_limits": sandbox.rate_limits,
                    "salesforce_daily_limit": sandbox.salesforce_daily_limit,
                },
                "polls": state.last_polls,
                "next_poll": state.next_poll,
                "pending_passes": state.pending_passes,
                "contacts": [self._contact(contact) for contact in state.contacts.values()],
                "aliases": state.aliases,
                "salesforce": {name: [_row(row) for row in state.rows[name].values()] for name in ("Lead", "Contact")},
            }
        )

    def _contact(self, contact: Contact) -> dict[str, Any]:
        state = self._sandbox.world.state
        return {
            "id": contact.id,
            "email": contact.get("email"),
            "additional": list(contact.additional),
            "salesforcecontactid": contact.get("salesforcecontactid"),
            "salesforceleadid": contact.get("salesforceleadid"),
            "salesforcelastsynctime": contact.get("salesforcelastsynctime"),
            "archived": contact.archived_at is not None,
            "archived_at": contact.archived_at,
            "updated_at": contact.updated_at,
            "objects": contact.objects,
            "events": contact.events,
            "lists": contact.lists,
            "merged": [old for old, _ in contact.merged],
            "sync_error": contact.sync_error,
            "unsubscribed": {
                address: list(state.unsubscribed[address])
                for address in contact.addresses
                if state.unsubscribed.get(address)
            },
            "properties": dict(contact.values),
        }

    def _people(self, call: Call) -> Reply:
        """The truth: which records are one human. ``object``: only humans with a record of that object."""
        wanted = call.first("object")
        humans = [
            {
                "id": human.id,
                "scenario": human.scenario,
                "records": [{"crm": crm, "object": kind, "id": key} for crm, kind, key in human.records],
            }
            for human in self._sandbox.world.truth()
            if not wanted or any(kind == wanted for _, kind, _ in human.records)
        ]
        return json_reply({"people": humans})

    def _events(self, call: Call) -> Reply:
        """Events numbered higher than ``since``."""
        since = int(call.first("since") or 0)
        return json_reply({"events": self._sandbox.world.state.events.since(since)})

    # steering -------------------------------------------------------------------------------------------------

    def _tick(self, call: Call) -> Reply:
        sandbox = self._sandbox
        began = sandbox.now()
        sandbox.apply(Poll())
        sandbox.clock.forward(sandbox.world.settings.poll_duration_ms)
        sandbox.catch_up()
        return json_reply({"poll": began, "clock": sandbox.now(), "events": sandbox.world.state.events.numbered})

    def _clock(self, call: Call) -> Reply:
        advance = call.members().get("advance_s")
        if not isinstance(advance, (int, float)) or advance < 0:
            raise BadBody("advance_s must be a number of seconds, not less than 0")
        self._sandbox.clock.forward(round(advance * 1000))
        self._sandbox.catch_up()
        return json_reply({"clock": self._sandbox.now(), "events": self._sandbox.world.state.events.numbered})

    def _settings(self, call: Call) -> Reply:
        given = dict(call.members())
        sandbox = self._sandbox
        for name in SERVER_SETTINGS:
            if name in given:
                setattr(sandbox, name, given.pop(name))
        if given:
            sandbox.apply(ChangeSettings(given))
        return json_reply({"settings": dataclasses.asdict(sandbox.world.settings)})

    def _faults(self, call: Call) -> Reply:
        return json_reply({"faults": self._sandbox.faults.shown()})

    def _add_fault(self, call: Call) -> Reply:
        fault = self._sandbox.faults.add(call.members())
        return json_reply(fault.shown(), 201)

    def _clear_faults(self, call: Call) -> Reply:
        return json_reply({"released": self._sandbox.faults.clear()})

    def _release(self, call: Call) -> Reply:
        at = call.members().get("at") if call.body else None
        return json_reply({"released": self._sandbox.faults.release(None if at is None else str(at))})

    def _reset(self, call: Call) -> Reply:
        self._sandbox.reset()
        return json_reply({"clock": self._sandbox.now()})


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "deleted": row.deleted,
        "master_id": row.master_id,
        "email": row.values.get("Email"),
        "name": row.values.get("Name"),
        "modified_at": row.values.get("SystemModstamp"),
        "values": row.values,
    }
