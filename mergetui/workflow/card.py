"""The settings card: what is known of the integration's hidden settings, and the admin's word on them.

Asked once, not per set: both *Deleting Contacts* switches stand on *Do nothing* while merging, who says so and when.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mergetui import errors
from mergetui.records.clock import local_now
from mergetui.records.codec import plain
from mergetui.records.sync import Declaration, DeleteSwitch
from mergetui.sync.mapping import RULE_WORDS
from mergetui.workflow.learning import CONTRADICTED, DECLARED, declarations
from mergetui.workflow.runs import local_time

if TYPE_CHECKING:
    from mergetui.store import Ledger
    from mergetui.workflow.office import Office

Said = Literal["on", "off", "unknown"]
WHERE = "Settings → Integrations → Connected Apps → Salesforce → Contacts, section Deleting Contacts"
UNFINISHED = frozenset({"staged", "approved", "preparing", "merging", "linked", "waiting", "unknown", "surprised"})
NAMES = {"Contact": "contacts", "Lead": "leads"}


@dataclass(frozen=True, slots=True)
class Answers:
    """The admin's answers; None: not asked about."""

    contacts: Said | None = None
    leads: Said | None = None
    by: str = ""


def declare(office: Office, answers: Answers) -> list[str]:
    """Put the answers on record; ``unknown`` takes a former one back. Returns what holds now.

    Raises Usage when nothing was answered.
    """
    if office.read_only:
        raise errors.Usage("mergetui runs read-only.", "Nothing was declared.", "Leave out --read-only.")
    given = {"Contact": answers.contacts, "Lead": answers.leads}
    if not any(given.values()):
        raise errors.Usage(
            "Nothing was declared.", "", "Say --contacts off and --leads off once both stand on Do nothing."
        )
    kept = {entry.object: entry for entry in declarations(office.ledger)}
    names: tuple[Literal["Contact", "Lead"], ...] = ("Contact", "Lead")
    for name in names:
        said = given[name]
        if said in ("on", "off"):
            kept[name] = Declaration(name, said, answers.by.strip() or _person(), local_now())
        elif said == "unknown":
            kept.pop(name, None)
    office.ledger.set_setting(DECLARED, plain(list(kept.values())))
    against: dict[str, Any] = office.ledger.setting(CONTRADICTED) or {}
    office.ledger.set_setting(CONTRADICTED, {name: at for name, at in against.items() if given.get(name) is None})
    return switch_lines(office)


def switch_lines(office: Office) -> list[str]:
    """One line for each switch: what it counts as, why, how well that is known, how long it holds."""
    lines = []
    for switch in office.delete_switches():
        lines.append(f"delete {NAMES[switch.object]} with Salesforce: {state_words(switch)} – {switch.evidence}")
    return lines


def state_words(switch: DeleteSwitch) -> str:
    """``off until 2026-11-22 22:02 (declared)``, ``ON (strong evidence)``, ``unknown, counts as ON``."""
    if switch.value == "off":
        until = f" until {local_time(switch.until)[:16]}" if switch.until else ""
        return f"off{until}"
    if switch.value == "on":
        return "ON" if switch.strength == "declared" else f"ON ({switch.strength} evidence)"
    return "unknown, counts as ON"


def card(office: Office) -> list[str]:
    """`mergetui settings`: the switches with where to find them, what is left to do, and the mapping table."""
    orgs: dict[str, Any] = office.ledger.setting("orgs") or {}
    portal = orgs.get("hubspot", {}).get("id", "")
    lines = switch_lines(office)
    lines.append(f"  in HubSpot: {WHERE}")
    if portal:
        # the page's address is not documented; it is the one that HubSpot's own menu opened in 2025
        lines.append(f"  https://app.hubspot.com/integrations-settings/{portal}/installed")
    lines.append("  set both to Do nothing while merging, then: mergetui settings declare --contacts off --leads off")
    told = reminder(office)
    if told:
        lines += ["", told]
    lines += ["", "field mapping (what nobody declared is read as two-way):"]
    table = sorted(office.sync_settings().mapping, key=lambda rule: (rule.property, rule.object))
    wide = max((len(rule.property) for rule in table), default=0)
    for rule in table:
        field = f"{rule.object}.{rule.field}"
        lines.append(f"  {rule.property:<{wide}}  {field:<28}  {RULE_WORDS[rule.rule]:<30}  {rule.evidence}")
    lines.append(f"  corrections go into {office.paths.config_file} under [{office.profile}.mapping]:")
    lines.append('  jobtitle = "prefer_salesforce"    nps = { contact = "NPS__c", rule = "always_salesforce" }')
    return lines


def deletes_words(office: Office) -> str:
    """``delete on sync: contacts off, leads ?``, for the top line."""
    said = {"on": "ON", "off": "off", "unknown": "?"}
    found = {switch.object: said[switch.value] for switch in office.delete_switches()}
    return f"delete on sync: contacts {found['Contact']}, leads {found['Lead']}"


def reminder(office: Office) -> str:
    """What to put back in HubSpot once all plans have ended; empty while there is nothing to remind of."""
    off = [entry for entry in declarations(office.ledger) if entry.value == "off"]
    if not off or office.ledger.rows(UNFINISHED):
        return ""
    since = min(entry.at for entry in off)
    if not _settled_since(office.ledger, since):
        return ""
    names = " and ".join(NAMES[entry.object] for entry in off)
    words = " ".join(f"--{NAMES[entry.object]} on" for entry in off)
    return (
        f"All plans have ended. Put Deleting Contacts of {names} back in HubSpot if that was not your usual setting"
        f" ({WHERE}), then: mergetui settings declare {words}"
    )


def _settled_since(ledger: Ledger, instant: int) -> bool:
    return any(row.since >= instant for row in ledger.rows({"settled"}))


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
