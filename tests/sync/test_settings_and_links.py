"""Unknown is dangerous: evidence turns switches on, never off; links are worth what their rows are."""

from typing import Any

import pytest

from mergetui.records.crm import FieldInfo, HubSpotContact, SalesforceRecord
from mergetui.records.sync import Declaration, DeleteSwitch
from mergetui.sync.links import link_state, links
from mergetui.sync.settings import HOUR_MS, DeleteEvidence, infer_deletes, settings

NOW = 1_790_000_000_000


def row(id_: str, object_: str = "Contact", deleted: bool = False, at: int = 0, **values: object) -> SalesforceRecord:
    return SalesforceRecord(id_, object_, values, at, deleted)  # type: ignore[arg-type]


def hubspot(id_: str, archived_at: int | None = None, **values: str) -> HubSpotContact:
    return HubSpotContact(id_, values, 0, 0, archived_at is not None, archived_at)


def switches(declared: dict[str, str], *evidence: DeleteEvidence) -> dict[str, str]:
    return {switch.object: switch.value for switch in settings(declared, evidence).deletes}


def test_nobody_said_anything() -> None:
    assert switches({}) == {"Contact": "unknown", "Lead": "unknown"}
    assert all(switch.evidence for switch in settings({}).deletes)


def test_declared_answers() -> None:
    assert switches({"delete:Contact": "on", "delete:Lead": "off"}) == {"Contact": "on", "Lead": "off"}
    assert switches({"delete:Contact": "perhaps"})["Contact"] == "unknown"


def test_evidence_turns_on_and_never_off() -> None:
    assert switches({}, DeleteEvidence("Contact", 5, 1))["Contact"] == "on"
    assert switches({"delete:Contact": "off"}, DeleteEvidence("Contact", 5, 1))["Contact"] == "on"
    assert switches({}, DeleteEvidence("Contact", 0, 500))["Contact"] == "unknown"
    assert switches({"delete:Contact": "on"}, DeleteEvidence("Contact", 0, 500))["Contact"] == "on"
    assert switches({}, DeleteEvidence("Contact", 2, 0))["Contact"] == "unknown"


def test_what_became_of_the_contacts_of_deleted_rows() -> None:
    deleted_at = NOW - 2 * HOUR_MS
    rows = [row(f"003{n}", deleted=True, at=deleted_at, Email=f"{n}@x.example") for n in range(5)]
    rows.append(row("00Q", "Lead", deleted=True, at=NOW - 1))
    contacts = [
        hubspot("0", deleted_at + 60_000, salesforcecontactid="0030"),
        hubspot("1", salesforcecontactid="0031"),
        hubspot("2", deleted_at + HOUR_MS, salesforcecontactid="0032"),
        hubspot("3", salesforcecontactid="0033"),
        hubspot("4", deleted_at + 60_000, salesforceleadid="00Q"),
    ]
    found = infer_deletes(rows, contacts, NOW, shared_emails={"3@x.example"})
    assert found == (DeleteEvidence("Contact", 1, 1, deleted_at + 60_000), DeleteEvidence("Lead", 0, 0))


def test_an_undeclared_rule_is_two_way() -> None:
    mapping = settings({"rule:jobtitle": "always_salesforce", "rule:phone": "nonsense"}).mapping
    rules = {(rule.property, rule.object): rule for rule in mapping}
    assert rules["jobtitle", "Lead"].rule == rules["jobtitle", "Contact"].rule == "always_salesforce"
    assert rules["jobtitle", "Lead"].evidence == "declared"
    assert (rules["phone", "Contact"].rule, rules["phone", "Contact"].evidence) == ("two_way", "default mapping")
    assert ("company", "Contact") not in rules
    assert rules["address", "Contact"].field == "MailingStreet"
    assert len(rules) == len(mapping)


def test_custom_fields_of_one_name_are_mapped() -> None:
    fields = [
        FieldInfo("salesforce", "Contact", "Tier__c", "", "picklist"),
        FieldInfo("salesforce", "Contact", "Score__c", "", "double"),
        FieldInfo("hubspot", "contact", "tier__c", "", "enumeration"),
        FieldInfo("hubspot", "contact", "lead_score", "", "number"),
    ]
    found = [rule for rule in settings({}, fields=fields).mapping if rule.field.endswith("__c")]
    assert [(rule.property, rule.field, rule.rule) for rule in found] == [("tier__c", "Tier__c", "two_way")]


SYNCED = {"salesforcelastsynctime": "2026-01-01T00:00:00Z", "email": "a@x.example"}


@pytest.mark.parametrize(
    ("record", "contact", "state"),
    [
        (None, hubspot("1", **SYNCED), "none"),
        (row("003A"), hubspot("1", **SYNCED), "none"),
        (None, hubspot("1", salesforcecontactid="003A", **SYNCED), "orphaned"),
        (row("003A", deleted=True), hubspot("1", salesforcecontactid="003A", **SYNCED), "orphaned"),
        (row("003B"), hubspot("1", salesforcecontactid="003A", **SYNCED), "stale"),
        (row("003A"), hubspot("1", salesforcecontactid="003A", email="a@x.example"), "one-way"),
        (row("003A"), hubspot("1", salesforceleadid="00QL", **SYNCED), "one-way"),
        (row("00QL", "Lead", IsConverted=True), hubspot("1", salesforceleadid="00QL", **SYNCED), "one-way"),
        (row("003A", Email="b@x.example"), hubspot("1", salesforcecontactid="003A", **SYNCED), "mismatched"),
        (
            row("003A", Email="B@x.example"),
            hubspot("1", salesforcecontactid="003A", hs_additional_emails="c@x.example;b@x.example", **SYNCED),
            "active",
        ),
        (row("003A"), hubspot("1", salesforcecontactid="003A", **SYNCED), "active"),
        (row("00QL", "Lead", Email="A@X.example"), hubspot("1", salesforceleadid="00QL", **SYNCED), "active"),
    ],
)
def test_link_states(record: SalesforceRecord | None, contact: HubSpotContact, state: str) -> None:
    assert link_state(record, contact) == state


def test_one_row_has_one_contact() -> None:
    records = {
        "003A": row("003A", Email="a@x.example"),
        "003C": row("003C"),
        "00QK": row("00QK", "Lead", IsConverted=True, ConvertedContactId="003C"),
    }
    left_behind = {"email": "old@x.example", "salesforcelastsynctime": "2026-02-01T00:00:00Z"}
    contacts = [
        hubspot("1", salesforcecontactid="003A", **left_behind),
        hubspot("2", salesforcecontactid="003A", **SYNCED),
        hubspot("3", salesforceleadid="00QK", **SYNCED),
        hubspot("4", salesforcecontactid="003X", **SYNCED),
        hubspot("5", **SYNCED),
        hubspot("6", 5, salesforcecontactid="003A", **SYNCED),
    ]
    for given in (contacts, contacts[::-1]):
        found = links(records, given)
        assert {id_: (link.salesforce_id, link.state) for id_, link in found.items()} == {
            "1": ("003A", "stale"),
            "2": ("003A", "active"),
            "3": ("003C", "one-way"),
            "4": ("003X", "orphaned"),
        }


# the admin's word --------------------------------------------------------------------------------------------------
def card(now: int = NOW, evidence: tuple[DeleteEvidence, ...] = (), **more: Any) -> DeleteSwitch:
    """The contacts' switch after the admin said Do nothing at NOW."""
    said = [Declaration("Contact", more.pop("value", "off"), "R. Ruiz", NOW)]
    return settings({}, evidence, declarations=said, now=now, **more).deletes[0]


def test_do_nothing_holds_for_twelve_hours_for_its_own_object_only() -> None:
    found = settings({}, declarations=[Declaration("Contact", "off", "R. Ruiz", NOW)], now=NOW + 1)
    contact, lead = found.deletes
    assert (contact.value, contact.strength, contact.until) == ("off", "declared", NOW + 12 * HOUR_MS)
    assert "R. Ruiz said Do nothing at 2026-09-21" in contact.evidence
    assert lead.value == "unknown"
    assert card(NOW + 12 * HOUR_MS).value == "off"
    late = card(NOW + 12 * HOUR_MS + 1)
    assert late.value == "unknown" and "more than 12 hours ago" in late.evidence


def test_a_clock_that_was_set_back_ends_it() -> None:
    assert card(NOW - 61_000).value == "unknown"
    assert card(NOW - 59_000).value == "off"


def test_the_first_contradicting_archive_ends_it() -> None:
    assert card(contradicted={"Contact": NOW + 1}).value == "unknown"
    assert "was archived at" in card(contradicted={"Contact": NOW + 1}).evidence
    assert card(contradicted={"Contact": NOW - 1}).value == "off", "that is why it was set"
    assert card(contradicted={"Lead": NOW + 1}).value == "off"
    assert card(evidence=(DeleteEvidence("Contact", 1, 0, NOW + 1),)).value == "unknown", "one is enough"


def test_older_evidence_does_not_outweigh_the_admins_word_and_none_makes_a_switch_off() -> None:
    before = DeleteEvidence("Contact", 9, 0, NOW - HOUR_MS)
    assert card(evidence=(before,)).value == "off"
    assert settings({}, [before], now=NOW).deletes[0].value == "on"
    assert settings({}, [DeleteEvidence("Contact", 0, 900)], now=NOW).deletes[0].value == "unknown"
    assert card(value="on", evidence=(DeleteEvidence("Contact", 0, 900),)).value == "on"


@pytest.mark.parametrize(
    ("archived", "alive", "strength"),
    [(0, 0, "none"), (2, 0, "weak"), (3, 0, "medium"), (5, 0, "strong"), (9, 1, "weak"), (0, 5, "strong")],
)
def test_evidence_has_a_strength(archived: int, alive: int, strength: str) -> None:
    evidence = DeleteEvidence("Lead", archived, alive)
    assert evidence.strength == strength
    assert settings({}, [evidence]).deletes[1].strength == strength
