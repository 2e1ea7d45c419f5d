"""HubSpot's Salesforce integration: the state table of facts/integration.md part A, one function for each event.

| row | event | function |
|---|---|---|
| 1 | HubSpot contact new or mapped change: no address, outside the list, paused | ``passes.trigger`` |
| 2 | … linked, alive, visible | ``passes.sync_linked`` |
| 3 | … unlinked, the address matches | ``passes.first_link`` |
| 4 | … unlinked, no match | ``passes.create_in_salesforce`` |
| 5 | … the linked row is deleted | ``passes.missing`` |
| 6, 10 | Salesforce row changed, a contact holds its id, in the list or not | ``matching.update_holder`` |
| 7 | … address matches a contact linked elsewhere | ``matching.jump`` |
| 8 | … address matches an unlinked contact | ``matching.link`` |
| 8b | … address matches an orphan | ``matching.orphan`` |
| 9 | … no match | ``matching.create_in_hubspot`` |
| 11 | … not visible to the integration user | ``polls.read_changes``, ``passes.denied`` |
| 12 | Salesforce address owned by another contact | ``exchange.address_taken`` |
| 13 | Salesforce address blanked | ``mapping.effect`` |
| 14 | only a formula changed; removed from a campaign | ``polls.read_changes`` |
| 15, 16 | Salesforce row deleted, deletion on, in the list or not | ``deletions.delete_contact`` |
| 17 | … deletion off | ``deletions.keep_orphan`` |
| 18, 19 | Salesforce merge | ``deletions.row_deleted`` |
| 20 | … same address, HubSpot linked to the loser | ``polls.poll`` |
| 21 | … the loser's address chosen | ``exchange.address_taken`` |
| 22 | undelete | ``polls.starts_sync`` |
| 23 | lead converted | ``conversion.lead_converted`` |
| 24 | … contact creation off | ``conversion.refused`` |
| 25 | HubSpot merge (by the HubSpot side), then row 2 | ``passes.trigger`` |
| 26 | the secondary's row changes afterwards | ``matching.match_secondary`` |
| 27 | HubSpot contact archived: row 9 at the next Salesforce change | ``matching.create_in_hubspot`` |
| 28 | restored | ``portal_side.restore`` |
| 29 | Resync | ``passes.resync`` |
| 30 | joins or leaves the list | ``portal_side.recompute_list`` |
| 31 | API allocation used up | ``budget.spend`` |
| 32 | suspension | ``scope.halted`` |

Two ways into a sync. A *poll* every ``poll_ms`` reads all Salesforce changes at its beginning and writes them to
HubSpot over the following ``poll_duration_ms``. A *pass* follows a change of one HubSpot contact after
``event_delay_ms`` and carries values both ways. What a poll decides while reading is carried out later, when the world
may have moved on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mergetui.twin import mapping
from mergetui.twin.integration import budget, conversion, deletions, exchange, matching, passes, polls, scope
from mergetui.twin.integration import portal_side as portal_side
from mergetui.twin.integration.budget import used as calls_used
from mergetui.twin.integration.errors import CATEGORIES, CONVERTED, MERGED, MISSING, TAKEN, category
from mergetui.twin.integration.passes import contact_born, resync, trigger
from mergetui.twin.integration.polls import begin, duration, poll
from mergetui.twin.integration.portal_side import activity, associate, change_membership, recompute_list, restore
from mergetui.twin.integration.scope import Rights, rights
from mergetui.twin.integration.switching import change_settings

__all__ = [
    "CATEGORIES",
    "CONVERTED",
    "MERGED",
    "MISSING",
    "ROWS",
    "TAKEN",
    "Rights",
    "activity",
    "associate",
    "begin",
    "calls_used",
    "category",
    "change_membership",
    "change_settings",
    "contact_born",
    "duration",
    "poll",
    "recompute_list",
    "restore",
    "resync",
    "rights",
    "trigger",
]

ROWS: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "1": (passes.trigger,),
    "2": (passes.sync_linked,),
    "3": (passes.first_link,),
    "4": (passes.create_in_salesforce,),
    "5": (passes.missing,),
    "6": (matching.update_holder,),
    "7": (matching.jump,),
    "8": (matching.link,),
    "8b": (matching.orphan,),
    "9": (matching.create_in_hubspot,),
    "10": (matching.update_holder,),
    "11": (polls.read_changes, passes.denied),
    "12": (exchange.address_taken,),
    "13": (mapping.effect,),
    "14": (polls.read_changes,),
    "15": (deletions.delete_contact,),
    "16": (deletions.delete_contact,),
    "17": (deletions.keep_orphan,),
    "18": (deletions.row_deleted,),
    "19": (deletions.row_deleted,),
    "20": (polls.poll,),
    "21": (exchange.address_taken,),
    "22": (polls.starts_sync,),
    "23": (conversion.lead_converted,),
    "24": (conversion.refused,),
    "25": (passes.trigger,),
    "26": (matching.match_secondary,),
    "27": (matching.create_in_hubspot,),
    "28": (portal_side.restore,),
    "29": (passes.resync,),
    "30": (portal_side.recompute_list,),
    "31": (budget.spend,),
    "32": (scope.halted,),
}
"""Row of the table → the functions that play it."""
