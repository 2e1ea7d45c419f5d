"""Subscriptions by e-mail address, in the v4 and dated form and in the v3 form (facts/hubspot.md §8)."""

from __future__ import annotations

from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.hubspot_shapes import LONG_AGO, VERSIONS, batch_reply, invalid, text_of, unset
from mergetui.sandbox.web import Call, Reply, Router, json_reply
from mergetui.twin.events import ChangeSubscription
from mergetui.twin.stamps import iso
from mergetui.twin.state import State

BASE = f"/communication-preferences/{{v:{VERSIONS}|v4}}"
OLD = "/communication-preferences/{v:v3}"
DESCRIPTION = "What people get when they sign up for it."


class Consent:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        add = router.add
        read, write = "hubspot.subscriptions", "hubspot.unsubscribe"
        add("POST", f"{BASE}/statuses/batch/read", read, self._batch_statuses)
        add("POST", f"{BASE}/statuses/batch/unsubscribe-all/read", read, self._batch_opted_out)
        one = f"{BASE}/statuses/{{address}}"
        add("GET", one, read, self._statuses, private=True)
        add("POST", one, write, self._set_status, private=True)
        add("GET", f"{one}/unsubscribe-all", read, self._opted_out_of_all, private=True)
        add("POST", f"{one}/unsubscribe-all", write, self._unsubscribe_all, private=True)
        add("GET", f"{BASE}/definitions", read, self._definitions)
        add("GET", f"{OLD}/status/email/{{address}}", read, self._old_statuses, private=True)
        add("POST", f"{OLD}/{{way:unsubscribe|subscribe}}", write, self._old_change)
        add("GET", f"{OLD}/definitions", read, self._old_definitions)

    # v4 and dated ---------------------------------------------------------------------------------------------

    def _status_json(self, address: str, subscription_id: str) -> dict[str, Any]:
        opted = subscription_id in self._state.unsubscribed.get(address.lower(), {})
        return {
            "channel": "EMAIL",
            "subscriberIdString": address,
            "subscriptionId": _number(subscription_id),
            "subscriptionName": self._state.subscriptions[subscription_id],
            "status": "UNSUBSCRIBED" if opted else "NOT_SPECIFIED",
            "source": "SUBSCRIPTION_STATUS" if opted else "",
            "businessUnitId": 0,
            "legalBasis": None,
            "legalBasisExplanation": None,
            "setStatusSuccessReason": None,
            "timestamp": iso(self._state.now),
        }

    def _channel(self, given: Any) -> None:
        if str(given or "").upper() != "EMAIL":
            raise invalid("query param channel is required and must be one of [EMAIL]")

    def _statuses(self, call: Call) -> Reply:
        self._channel(call.first("channel"))
        address = call.params["address"]
        return batch_reply(self._state, [self._status_json(address, key) for key in self._state.subscriptions])

    def _batch_statuses(self, call: Call) -> Reply:
        self._channel(call.first("channel"))
        rows = [
            {"subscriberIdString": one, "statuses": [self._status_json(one, key) for key in self._state.subscriptions]}
            for one in self._addresses(call)
        ]
        return batch_reply(self._state, rows)

    def _addresses(self, call: Call) -> list[str]:
        found = call.members().get("inputs")
        if not isinstance(found, list):
            raise unset("inputs")
        if len(found) > 100:
            raise invalid(f"The maximum number of inputs supported in a batch request is 100. Requested: {len(found)}")
        return [text_of(one, "inputs") for one in found]

    def _set_status(self, call: Call) -> Reply:
        body = call.members()
        absent = [name for name in ("subscriptionId", "statusState", "channel") if body.get(name) in (None, "")]
        if absent:
            raise unset(*absent)
        if str(body["channel"]).upper() != "EMAIL":
            raise invalid("channel must be one of [EMAIL]")
        wanted = body["statusState"]
        if wanted not in ("SUBSCRIBED", "UNSUBSCRIBED"):
            raise invalid("statusState must be SUBSCRIBED or UNSUBSCRIBED")
        key = text_of(body["subscriptionId"], "subscriptionId")
        address = call.params["address"]
        self._sandbox.apply(ChangeSubscription(address, key, subscribed=wanted == "SUBSCRIBED"))
        return json_reply({**self._status_json(address, key), "status": wanted})

    def _wide(self, address: str) -> list[dict[str, Any]]:
        """Empty unless the address opted out of everything."""
        opted = self._state.unsubscribed.get(address.lower(), {})
        every = bool(self._state.subscriptions) and all(key in opted for key in self._state.subscriptions)
        if not every:
            return []
        return [
            {
                "subscriberIdString": address,
                "channel": "EMAIL",
                "wideStatusType": "PORTAL_WIDE",
                "businessUnitId": 0,
                "status": "UNSUBSCRIBED",
                "timestamp": iso(self._state.now),
            }
        ]

    def _opted_out_of_all(self, call: Call) -> Reply:
        return batch_reply(self._state, self._wide(call.params["address"]))

    def _batch_opted_out(self, call: Call) -> Reply:
        return batch_reply(self._state, [row for one in self._addresses(call) for row in self._wide(one)])

    def _unsubscribe_all(self, call: Call) -> Reply:
        self._channel(call.first("channel"))
        address = call.params["address"]
        for key in self._state.subscriptions:
            self._sandbox.apply(ChangeSubscription(address, key))
        return batch_reply(self._state, self._wide(address))

    def _definition(self, key: str, name: str) -> dict[str, Any]:
        return {
            "id": key, "name": name, "description": DESCRIPTION, "isActive": True, "isDefault": False,
            "isInternal": False, "purpose": "Marketing", "communicationMethod": "Email",
            "createdAt": LONG_AGO, "updatedAt": LONG_AGO,
        }  # fmt: skip

    def _definitions(self, call: Call) -> Reply:
        rows = [self._definition(key, name) for key, name in self._state.subscriptions.items()]
        return batch_reply(self._state, rows)

    # v3 -------------------------------------------------------------------------------------------------------

    def _old_status(self, address: str, key: str) -> dict[str, Any]:
        opted = key in self._state.unsubscribed.get(address.lower(), {})
        return {
            "id": key,
            "name": self._state.subscriptions[key],
            "description": DESCRIPTION,
            "status": "NOT_SUBSCRIBED" if opted else "SUBSCRIBED",
            "sourceOfStatus": "SUBSCRIPTION_STATUS",
            "brandId": None,
            "preferenceGroupName": None,
            "legalBasis": None,
            "legalBasisExplanation": None,
        }

    def _old_statuses(self, call: Call) -> Reply:
        address = call.params["address"]
        rows = [self._old_status(address, key) for key in self._state.subscriptions]
        return json_reply({"recipient": address, "subscriptionStatuses": rows})

    def _old_change(self, call: Call) -> Reply:
        body = call.members()
        absent = [name for name in ("emailAddress", "subscriptionId") if not body.get(name)]
        if absent:
            raise unset(*absent)
        address, key = text_of(body["emailAddress"], "emailAddress"), text_of(body["subscriptionId"], "subscriptionId")
        self._sandbox.apply(ChangeSubscription(address, key, subscribed=call.params["way"] == "subscribe"))
        return json_reply(self._old_status(address, key))

    def _old_definitions(self, call: Call) -> Reply:
        rows = [self._definition(key, name) for key, name in self._state.subscriptions.items()]
        return json_reply({"subscriptionDefinitions": rows})


def _number(subscription_id: str) -> int | str:
    return int(subscription_id) if subscription_id.isdigit() else subscription_id
