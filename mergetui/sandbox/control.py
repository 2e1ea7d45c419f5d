"""The control port: what the product never reads and tests steer by (design §5 "Sandbox control")."""

from __future__ import annotations

import math
import sys
import traceback
from typing import Any

from mergetui.sandbox import control_happen, control_switches
from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.front import Receive, Scope, Send, read_call, send_reply
from mergetui.sandbox.web import BadBody, Call, Reply, Route, Router, json_reply
from mergetui.twin import integration
from mergetui.twin.events import Poll
from mergetui.twin.refusals import HubSpotRefusal, Refusal, SalesforceRefusal
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, Row

LONGEST_S = 366 * 86_400
"""The clock is put forward by so much at once, at most."""


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
        add("GET", "/settings", "control.settings", self._switches)
        add("POST", "/settings", "control.settings", self._settings)
        add("GET", "/happen", "control.happen", self._happenings)
        add("POST", "/happen", "control.happen", self._happen)
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
        try:
            self._sandbox.catch_up()
            if call.method != "GET":
                self._sandbox.world.state.revision += 1
                self._sandbox.world.state.changes.everything()
            return route.handler(call)
        except Refusal as refusal:
            return json_reply(_refused(refusal), 409)
        except (BadBody, ValueError) as error:
            return json_reply({"error": str(error)}, 400)
        except (TypeError, OverflowError, RecursionError):
            return json_reply({"error": "a member of the body is not of the type it should be"}, 400)
        except Exception:  # a defect of the sandbox: the developer sees the traceback
            traceback.print_exc(file=sys.stderr)
            return json_reply({"error": "the sandbox made a mistake"}, 500)

    # looking --------------------------------------------------------------------------------------------------

    def _state(self, call: Call) -> Reply:
        """All there is. ``?people=false`` leaves out rows and contacts, of which there may be very many."""
        sandbox, state = self._sandbox, self._sandbox.world.state
        found: dict[str, Any] = {
            "clock": sandbox.now(),
            "clock_iso": iso(sandbox.now()),
            "settings": control_switches.values(sandbox),
            "polls": state.last_polls,
            "next_poll": state.next_poll,
            "pending_passes": state.pending_passes,
            "overdue": list(state.overdue),
            "api_calls": integration.calls_used(state),
            "errors": self._errors(),
        }
        if call.first("people", "true").lower() != "false":
            found["contacts"] = [self._contact(contact) for contact in state.contacts.values()]
            found["aliases"] = state.aliases
            found["salesforce"] = {
                name: [_row(row) for row in state.rows[name].values()] for name in ("Lead", "Contact")
            }
        return json_reply(found)

    def _errors(self) -> list[dict[str, Any]]:
        """The Sync Health page: every error with the card it stands on."""
        state = self._sandbox.world.state
        found: list[dict[str, Any]] = []
        for contact in state.contacts.values():
            if contact.sync_error and contact.archived_at is None:
                found.append(
                    {
                        "contact": contact.id,
                        "category": integration.category(contact.sync_error),
                        "error": contact.sync_error,
                        "retries": contact.retries,
                        "retry_at": state.sync.retry_due.get(contact.id),
                    }
                )
        for key, text in state.sync.row_errors.items():
            found.append({"salesforce": key, "category": integration.category(text), "error": text})
        return found

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
            "sync_error_category": integration.category(contact.sync_error),
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
        text = call.first("since") or "0"
        if not text.isascii() or not text.isdigit():
            raise BadBody("since is the number of an event")
        return json_reply({"events": self._sandbox.world.state.events.since(int(text[:18]))})

    # steering -------------------------------------------------------------------------------------------------

    def _tick(self, call: Call) -> Reply:
        """A poll begins now; the answer comes, in the twin's time, when its last write is done."""
        sandbox = self._sandbox
        began = sandbox.now()
        sandbox.apply(Poll())
        sandbox.clock.forward(integration.duration(sandbox.world.settings))
        sandbox.catch_up()
        return json_reply({"poll": began, **self._where()})

    def _where(self) -> dict[str, int]:
        return {"clock": self._sandbox.now(), "events": self._sandbox.world.state.events.numbered}

    def _clock(self, call: Call) -> Reply:
        advance = call.members().get("advance_s")
        if isinstance(advance, bool) or not isinstance(advance, (int, float)) or not math.isfinite(advance):
            raise BadBody("advance_s must be a number of seconds")
        if not 0 <= advance <= LONGEST_S:
            raise BadBody(f"advance_s must be a number of seconds, not less than 0 and not more than {LONGEST_S}")
        self._sandbox.clock.forward(round(advance * 1000))
        self._sandbox.catch_up()
        return json_reply(self._where())

    def _switches(self, call: Call) -> Reply:
        return json_reply({"settings": control_switches.switches(self._sandbox)})

    def _settings(self, call: Call) -> Reply:
        control_switches.change(self._sandbox, call.members())
        return json_reply({"settings": control_switches.values(self._sandbox)})

    def _happenings(self, call: Call) -> Reply:
        return json_reply({"happenings": control_happen.shown()})

    def _happen(self, call: Call) -> Reply:
        """Answers what the log says of it, and the id of the record that came out of it."""
        sandbox = self._sandbox
        before = sandbox.world.state.events.numbered
        result = sandbox.apply(control_happen.event_of(sandbox.world.state, call.members()))
        found: dict[str, Any] = {**self._where(), "happened": sandbox.world.state.events.since(before)}
        key = result if isinstance(result, str) else getattr(result, "id", None)
        if key is not None:
            found["id"] = key
        return json_reply(found)

    def _faults(self, call: Call) -> Reply:
        return json_reply({"faults": self._sandbox.faults.shown(), "calls": sorted(self._sandbox.faults.names)})

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


def _refused(refusal: Refusal) -> dict[str, Any]:
    """What a CRM would not do, in its own words."""
    code = refusal.code if isinstance(refusal, SalesforceRefusal) else ""
    if isinstance(refusal, HubSpotRefusal):
        code = refusal.category
    return {"error": str(refusal), "code": code}


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
