"""The field mapping of the integration and what a rule does. A rule's effect is defined here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from mergetui.records.sync import MappingRule, SyncRule

Effect = Literal["to_hubspot", "to_salesforce", "nothing"]

ACCOUNT_NAME = "Account.Name"
"""Not a field of the person: the integration reads it through the lookup and never writes it."""

_BOTH = (
    ("firstname", "FirstName", "FirstName"),
    ("lastname", "LastName", "LastName"),
    ("email", "Email", "Email"),
    ("phone", "Phone", "Phone"),
    ("mobilephone", "MobilePhone", "MobilePhone"),
    ("fax", "Fax", "Fax"),
    ("jobtitle", "Title", "Title"),
    ("salutation", "Salutation", "Salutation"),
    ("company", "Company", ACCOUNT_NAME),
    ("address", "Street", "MailingStreet"),
    ("city", "City", "MailingCity"),
    ("state", "State", "MailingState"),
    ("zip", "PostalCode", "MailingPostalCode"),
    ("country", "Country", "MailingCountry"),
    ("website", "Website", ""),
    ("leadsource", "LeadSource", "LeadSource"),
    ("tier__c", "Tier__c", "Tier__c"),
    ("region__c", "Region__c", "Region__c"),
)


def _defaults() -> tuple[MappingRule, ...]:
    rules = []
    for name, lead, contact in _BOTH:
        rules.append(MappingRule(name, "Lead", lead, "prefer_salesforce"))
        if contact:
            rule: SyncRule = "always_salesforce" if contact == ACCOUNT_NAME else "prefer_salesforce"
            rules.append(MappingRule(name, "Contact", contact, rule))
    return tuple(rules)


DEFAULT: tuple[MappingRule, ...] = _defaults()
"""The default mapping. Consent (``HasOptedOutOfEmail`` …) is not mapped."""

OWNER = "hubspot_owner_id"
"""The owner syncs by a rule of its own (``integration.owners``)."""

MAPPED_PROPERTIES: frozenset[str] = frozenset((*(rule.property for rule in DEFAULT), OWNER))
"""The HubSpot properties whose change starts a pass."""

RULES_OF_EMAIL: tuple[SyncRule, ...] = ("prefer_salesforce", "two_way")
"""The address knows only two choices: *use Salesforce unless blank* and *use most recent* (facts §2)."""


def mapped_properties() -> frozenset[str]:
    """The properties that have a rule."""
    return MAPPED_PROPERTIES - {OWNER}


@cache
def _of(object_name: str) -> tuple[MappingRule, ...]:
    return tuple(rule for rule in DEFAULT if rule.object == object_name)


def rules_for(object_name: str, overrides: Mapping[str, SyncRule]) -> tuple[MappingRule, ...]:
    """The mapping of one Salesforce object. An override never lets HubSpot write an account's name."""
    if not overrides:
        return _of(object_name)
    return tuple(
        rule
        if rule.property not in overrides or rule.field == ACCOUNT_NAME
        else MappingRule(rule.property, rule.object, rule.field, overrides[rule.property], "setting")
        for rule in _of(object_name)
    )


def mapped_fields(object_name: str) -> frozenset[str]:
    """The Salesforce fields whose change starts a sync. An account's name belongs to another record: it does not."""
    return _mapped_fields(object_name)


@cache
def _mapped_fields(object_name: str) -> frozenset[str]:
    return frozenset(rule.field for rule in _of(object_name) if rule.field != ACCOUNT_NAME)


def effect(
    rule: MappingRule, salesforce: str, hubspot: str, *, salesforce_at: int, hubspot_at: int, from_poll: bool
) -> Effect:
    """What one pass does with one mapped pair of values (facts/integration.md §7).

    ``salesforce`` and ``hubspot`` are texts, "" when blank; ``*_at`` the instants of their last change, 0 when it lies
    before the world began. ``from_poll``: the pass was started by a Salesforce change seen in a poll, which carries
    values only towards HubSpot (row 6); there a blank travels only when it is newer than HubSpot's value.
    """
    if salesforce == hubspot or rule.rule == "none":
        return "nothing"
    towards_salesforce: Effect = "nothing" if from_poll else "to_salesforce"
    salesforce_newer = salesforce_at > hubspot_at or (salesforce_at == hubspot_at and bool(salesforce))
    if rule.property == "email":
        if not salesforce or not hubspot:  # neither side loses it: found by id, written back (row 13)
            return "to_hubspot" if salesforce else "to_salesforce"
        return "to_hubspot" if rule.rule != "two_way" or salesforce_newer else towards_salesforce
    if rule.field == ACCOUNT_NAME:
        return "to_hubspot" if salesforce else "nothing"
    if rule.rule == "always_salesforce":
        return "to_hubspot"
    if rule.rule == "two_way":
        return "to_hubspot" if salesforce_newer else towards_salesforce
    return "to_hubspot" if salesforce or salesforce_at > hubspot_at else towards_salesforce
