"""The stage on which a cast is set up: writes humans down as Salesforce rows and HubSpot contacts.

Fields follow facts/salesforce.md §10 and facts/hubspot.md §5 and §6; linked contacts take their mapped properties
from their row through ``mapping``, as the integration would have done.
"""

from __future__ import annotations

import copy

from mergetui.records.crm import as_text
from mergetui.twin.cast import CastContact, CastObject, CastOwner, CastRow, Human
from mergetui.twin.ids import salesforce_id
from mergetui.twin.mapping import ACCOUNT_NAME, rules_for
from mergetui.twin.names import Culture
from mergetui.twin.people_activity import FEW, Richness, TimelineSketch, facts, properties_of
from mergetui.twin.people_children import FIRST_NUMBER, Opening, RowSketch, outline, scattered
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_drafts import PREFIXES, Draft, Entry, Person, Values, Written
from mergetui.twin.people_look import CULTURES, Company, Look, Phonebook, found_companies, invent
from mergetui.twin.people_lore import PeopleLore
from mergetui.twin.people_times import DAY, HOUR, date, iso
from mergetui.twin.people_work import (
    CAMPAIGNS,
    COLLEAGUES,
    DESCRIPTIONS,
    FORMER,
    LEAD_SOURCES,
    LEAD_STATUSES,
    PERSONA_NOTES,
    STATIC_LISTS,
    SUBSCRIPTIONS,
    TIERS,
)
from mergetui.twin.portal import LINKS


class Stage:
    """Everything written so far. ``latest``: nothing but the visible polls is younger than this instant."""

    def __init__(self, seed: int, people: int, now: int, polls: tuple[int, ...]) -> None:
        self.now = now
        self.latest = min(polls[0] - 10 * 60_000, now - 3 * HOUR) // 1000 * 1000
        self.rows: list[CastRow] = []
        self.drafts: list[Draft] = []
        self.humans: list[Human] = []
        self.pollable: list[Draft] = []
        """Contacts of ordinary linked humans: these may stand in a visible poll."""
        self.phones = Phonebook()
        self.static_members: dict[str, list[str]] = {name: [] for name, _ in STATIC_LISTS}
        self.excluded: dict[str, None] = {}
        """Contacts outside the inclusion list."""
        self.unsubscribed: dict[str, tuple[str, ...]] = {}
        self._numbers = dict.fromkeys(PREFIXES, FIRST_NUMBER + seed % 1000)
        self._hubspot = 90_210
        self.lore = PeopleLore()
        self._sketches = seed * 1_000_003 + 77
        self._children = FIRST_NUMBER + seed % 1000
        self._dice = Dice(0)
        self._syncs = 0
        self._looks = seed % 1000
        self._slots = max(16, people * 2)
        self._slot_ms = 300 * DAY // self._slots
        self._stride = _coprime(self._slots)
        rng = Dice(seed * 7919 + 1)
        self.owners: list[CastOwner] = []
        self.users: list[tuple[str, str]] = []
        """(Salesforce user id, HubSpot owner id) of everybody who owns people."""
        self.owner_of: dict[str, str] = {}
        self._users(rng)
        self._accounts: list[str] = []
        self.companies = found_companies(rng, people // 4, self.phones)
        for firms in self.companies.values():
            for firm in firms:
                self._account(rng, firm)
        self._company_contacts: dict[str, list[str]] = {}
        self.campaigns = tuple(self._campaign(rng, name, kind) for name, kind in CAMPAIGNS)

    # ids and times -------------------------------------------------------------------------------------------

    def hubspot_id(self) -> str:
        """Decimal, growing; no two things of the portal share one."""
        self._hubspot += 1
        return str(self._hubspot)

    def row_id(self, object_name: str) -> str:
        number = self._numbers[object_name] = self._numbers[object_name] + 1
        return salesforce_id(PREFIXES[object_name], scattered(number))

    def _next_seed(self) -> int:
        self._sketches += 1
        return self._sketches

    def next_sync(self, rng: Dice) -> int:
        """When the integration last touched the next linked pair: hours to ten months ago, never several in one
        moment (that would look like a poll)."""
        slot = self._syncs * self._stride % self._slots
        self._syncs += 1
        return self.latest - int((slot + rng.random() * 0.5) * self._slot_ms)

    def born(self, rng: Dice, before: int) -> int:
        """A creation instant one week to five years before ``before``, in whole seconds."""
        return (before - 7 * DAY - int(rng.random() ** 2 * 1800 * DAY)) // 1000 * 1000

    # the org -------------------------------------------------------------------------------------------------

    def row(
        self, object_name: str, values: Values, *, created: int, modified: int, owner: str = "", by: str = ""
    ) -> str:
        """Add a row with its system fields; returns its id."""
        row_id = self.row_id(object_name)
        who = by or owner or self.admin or row_id
        values["CreatedDate"] = created
        values["LastModifiedDate"] = values["SystemModstamp"] = max(created, modified // 1000 * 1000)
        values["CreatedById"] = values["LastModifiedById"] = who
        if owner:
            values["OwnerId"] = owner
        self.rows.append(CastRow(object_name, row_id, values))
        return row_id

    def _users(self, rng: Dice) -> None:
        self.admin = self.integration = ""
        old = self.latest - 1500 * DAY
        self.admin = self._user("Robin", "Admin", "Salesforce Administrator", old, "robin.admin")
        self.integration = self._user("HubSpot", "Integration", "Integration user", old, "hubspot.integration")
        for first, last, title in COLLEAGUES:
            user = self._user(first, last, title, old, f"{first}.{last}".lower())
            owner = self._owner(first, last)
            self.users.append((user, owner))
        first, last, title = FORMER
        user = self._user(first, last, title, old, f"{first}.{last}".lower(), active=False)
        self.former = (user, self._owner(first, last, archived=True))
        self.owner_of = dict((*self.users, self.former))
        self._owner("Robin", "Admin")

    def _user(self, first: str, last: str, title: str, at: int, local: str, active: bool = True) -> str:
        return self.row(
            "User",
            {"FirstName": first, "LastName": last, "Name": f"{first} {last}", "Title": title,
             "Username": f"{local}@acme-travel.example", "Email": f"{local}@acme-travel.example", "Alias": local[:8],
             "IsActive": active, "UserType": "Standard", "TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "en_GB",
             "LanguageLocaleKey": "en_US", "CompanyName": "Acme Travel"},
            created=at, modified=at,
        )  # fmt: skip

    def _owner(self, first: str, last: str, archived: bool = False) -> str:
        email, number = f"{first}.{last}@acme-travel.example".lower(), 700_100 + len(self.owners)
        owner = CastOwner(self.hubspot_id(), number, email, first, last, archived)
        self.owners.append(owner)
        return owner.id

    def _account(self, rng: Dice, firm: Company) -> None:
        created = self.born(rng, self.latest - 400 * DAY)
        firm.hubspot_id, firm.born = self.hubspot_id(), created
        firm.account_id = self.row(
            "Account",
            {"Name": firm.name, "Website": f"https://www.{firm.domain}", "Phone": firm.phone or None,
             "Industry": firm.industry, "NumberOfEmployees": firm.employees,
             "AnnualRevenue": firm.employees * 120_000.0,
             "Type": rng.one(("Customer", "Prospect", "Prospect")), "BillingStreet": firm.street,
             "BillingCity": firm.city, "BillingState": firm.state or None, "BillingPostalCode": firm.postal or None,
             "BillingCountry": firm.culture.country},
            created=created, modified=created + 30 * DAY, owner=rng.one(self.users)[0],
        )  # fmt: skip
        self._accounts.append(firm.account_id)

    def found_again(self, rng: Dice, firm: Company) -> Company:
        """The same firm as somebody entered it once more: another Account, another HubSpot company."""
        again = copy.copy(firm)
        again.name = again.stem if rng.random() < 0.5 else again.name.upper()
        again.phone = ""
        self._account(rng, again)
        self.companies[firm.culture.code].append(again)
        return again

    def _campaign(self, rng: Dice, name: str, kind: str) -> str:
        begun = self.latest - rng.between(60, 500) * DAY
        return self.row(
            "Campaign",
            {"Name": name, "Type": kind, "Status": "Completed", "IsActive": True, "StartDate": date(begun)},
            created=begun - 20 * DAY, modified=begun + DAY, owner=self.users[-2][0],
        )  # fmt: skip

    # people --------------------------------------------------------------------------------------------------

    def look(self, rng: Dice, *, culture: Culture | None = None, last: str = "") -> Look:
        """Somebody new. Every third time the cultures take turns: none is missing among a few hundred people."""
        self._looks += 1
        if culture is None and self._looks % 3 == 0:
            culture = CULTURES[self._looks // 3 * 17 % len(CULTURES)]
        return invent(rng, self.phones, self.companies, culture=culture, last=last)

    def person(
        self, rng: Dice, entry: Entry, object_name: Person, look: Look, *, full: float = 0.55,
        values: Values | None = None, synced: int = 0, created: int = 0, children: float = 1.0,
    ) -> Written:  # fmt: skip
        """Write a Lead or Contact row. ``full``: the share of optional fields that are filled; ``values`` win over the
        look; ``synced``: when the integration last read the row (0: drawn); ``children``: how many rows hang on it."""
        synced = synced or self.next_sync(rng)
        modified = synced - rng.between(4_000, 800_000)
        created = created or self.born(rng, modified)
        user = rng.one(self.users)[0] if rng.random() < 0.96 else self.former[0]
        made: Values = {"LastName": look.last}
        if look.first:
            made["FirstName"] = look.first
        chance = rng.random
        if object_name == "Contact":
            self._contact_fields(rng, look, full, made, created)
        else:
            self._lead_fields(rng, look, full, made)
        if look.email:
            made["Email"] = look.email
        if look.salutation and chance() < 0.3 + full:
            made["Salutation"] = look.salutation
        if look.title:
            made["Title"] = look.title
        if look.phone:
            made["Phone"] = look.phone
        if look.mobile:
            made["MobilePhone"] = look.mobile
        if chance() < full * 0.2:
            made["Fax"] = self.phones.number(rng, look.company.culture, mobile=False) or None
        if chance() < full:
            made["LeadSource"] = rng.one(LEAD_SOURCES)
        if chance() < full * 0.4:
            made["Description"] = rng.one(DESCRIPTIONS)
        if chance() < 0.02:
            made["EmailBouncedReason"], made["EmailBouncedDate"] = "550 mailbox unavailable", modified - DAY
        made["HasOptedOutOfEmail"] = chance() < 0.08
        made["HasOptedOutOfFax"] = chance() < 0.04
        made["DoNotCall"] = chance() < 0.07
        if chance() < full:
            made["Tier__c"] = rng.one(TIERS)
        if chance() < full:
            made["Score__c"] = float(rng.between(0, 101))
        made["Region__c"] = look.culture.region
        if values:
            made.update(values)
        by = self.integration if chance() < 0.2 else user
        row_id = self.row(object_name, made, created=created, modified=modified, owner=user, by=by)
        entry.records.append(("salesforce", object_name, row_id))
        written = Written(object_name, row_id, made, synced)
        if children:
            self._hang_on(written, look, children, user, created, modified)
        return written

    def _hang_on(self, person: Written, look: Look, amount: float, owner: str, created: int, modified: int) -> None:
        """Tasks, events, campaign memberships, opportunities and cases of one row, as a sketch."""
        account = look.company.account_id if person.object == "Contact" else ""
        sketch = RowSketch(
            self._next_seed(), person.object, person.id, owner, account, look.company.stem, look.city,
            look.culture.language, created, modified, self.latest, amount, self.campaigns, self._children,
            self._second_account(account),
        )  # fmt: skip
        found = outline(self._dice, sketch)
        if not found.count:
            return
        self._children += found.count
        person.campaigns, person.opening = found.campaigns, found.opening
        parents = [parent for parent in (*found.campaigns, account, sketch.second) if parent]
        self.lore.add_rows(sketch, found.kinds, parents)

    def _second_account(self, account: str) -> str:
        """One contact in twenty also has to do with another firm: a board seat, a consultant."""
        if not account or self._sketches % 20:
            return ""
        other = self._accounts[self._sketches // 20 % len(self._accounts)]
        return "" if other == account else other

    def _contact_fields(self, rng: Dice, look: Look, full: float, made: Values, created: int) -> None:
        made["AccountId"] = look.company.account_id
        if look.street:
            made["MailingStreet"], made["MailingPostalCode"] = look.street, look.postal or None
        made["MailingCity"], made["MailingCountry"] = look.city, look.country
        if look.state:
            made["MailingState"] = look.state
        chance = rng.random
        if chance() < full:
            made["Department"] = look.department
        if chance() < full * 0.5:
            made["Birthdate"] = look.birthdate
        if chance() < full * 0.15:
            made["HomePhone"] = self.phones.number(rng, look.culture, mobile=False) or None
        if chance() < full * 0.12:
            made["OtherPhone"] = look.company.phone or None
        if chance() < full * 0.12:
            made["AssistantName"] = rng.one(("Kim Doyle", "Pat Moreau", "Alex Stein", "Jo Lind"))
            made["AssistantPhone"] = look.company.phone or None
        if chance() < full * 0.12:
            town = rng.one(look.culture.towns)
            made["OtherCity"], made["OtherCountry"] = town.city, look.culture.country

    def _lead_fields(self, rng: Dice, look: Look, full: float, made: Values) -> None:
        made["Company"] = look.company_name or "[not provided]"
        made["Status"] = rng.one(LEAD_STATUSES)
        made["IsConverted"] = False
        made["IsUnreadByOwner"] = rng.random() < 0.3
        if look.street:
            made["Street"], made["PostalCode"] = look.street, look.postal or None
        made["City"], made["Country"] = look.city, look.country
        if look.state:
            made["State"] = look.state
        chance = rng.random
        if chance() < full:
            made["Website"] = f"https://www.{look.company.domain}"
        if chance() < full:
            made["Industry"] = look.company.industry
        if chance() < full:
            made["Rating"] = rng.one(("Hot", "Warm", "Cold"))
        if chance() < full * 0.5:
            made["NumberOfEmployees"] = look.company.employees
            made["AnnualRevenue"] = look.company.employees * 120_000.0

    # HubSpot -------------------------------------------------------------------------------------------------

    def contact(
        self, rng: Dice, entry: Entry, look: Look, link: Written | None = None, *, how: Richness = FEW,
        values: dict[str, str] | None = None, included: bool = True,
    ) -> Draft:  # fmt: skip
        """Write a HubSpot contact, linked to a row or alone. ``values`` win over everything; "" removes a property."""
        draft = Draft(self.hubspot_id(), {}, 0, 0)
        made = draft.values
        if link is not None:
            draft.synced = link.synced
            row_created, modified = link.values["CreatedDate"], link.values["SystemModstamp"]
            assert isinstance(row_created, int) and isinstance(modified, int)
            draft.created = min(row_created + rng.between(60_000, 40 * DAY), modified - 1000)
            self._mapped(made, link, look)
            made[f"salesforce{link.object.lower()}id"] = link.id
            made["salesforcelastsynctime"] = iso(link.synced)
            made["salesforcedeleted"] = "false"
            made["salesforceownerid"] = str(link.values["OwnerId"])
            if link.campaigns:
                made["salesforcecampaignids"] = ";".join(link.campaigns)
            if link.object == "Contact":
                made["salesforceaccountid"] = str(link.values["AccountId"])
            owner = self.owner_of[str(link.values["OwnerId"])]
        else:
            draft.created = self.born(rng, self.latest - DAY)
            for name, text in (
                ("firstname", look.first), ("lastname", look.last), ("email", look.email), ("phone", look.phone),
                ("mobilephone", look.mobile), ("jobtitle", look.title), ("company", look.company_name),
                ("address", look.street), ("city", look.city), ("zip", look.postal), ("country", look.country),
            ):  # fmt: skip
                if text:
                    made[name] = text
            owner = rng.one(self.users)[1] if rng.random() < 0.6 else ""
        if owner:
            made["hubspot_owner_id"] = owner
        address = (values or {}).get("email", made.get("email", ""))
        self._live(draft, how, look, bool(address), owner, link.opening if link is not None else None)
        self._own_properties(rng, look, how, draft, address)
        if link is not None and (look.company_name or link.object == "Contact"):
            made["associatedcompanyid"] = look.company.hubspot_id
            self._company_contacts.setdefault(look.company.hubspot_id, []).append(draft.id)
        for name, text in (values or {}).items():
            if text:
                made[name] = text
            else:
                made.pop(name, None)
        if not included or not any(name in made for name in LINKS):
            self.excluded[draft.id] = None  # on the inclusion list it would have become a lead long ago
        draft.updated = max(draft.created, draft.synced + rng.between(1400, 3500) if draft.synced else 0)
        self.drafts.append(draft)
        entry.records.append(("hubspot", "contact", draft.id))
        entry.contacts.append(draft)
        return draft

    def _live(
        self, draft: Draft, how: Richness, look: Look, address: bool, owner: str, opening: Opening | None
    ) -> None:
        """A timeline, as a sketch, and the properties that count it."""
        sketch = TimelineSketch(
            self._next_seed(), draft.id, how, draft.created, self.latest, address, owner, look.company.stem,
            look.culture.language, self._hubspot + 1, opening,
        )  # fmt: skip
        found = facts(self._dice, sketch)
        if found.count:
            self._hubspot += found.count
            self.lore.add_timeline(sketch, found.kinds, found.count)
        draft.values.update(properties_of(found))

    def _mapped(self, made: dict[str, str], link: Written, look: Look) -> None:
        values = {**link.values, ACCOUNT_NAME: look.company.name}
        for rule in rules_for(link.object, {}):
            value = values.get(rule.field)
            if text := value if isinstance(value, str) else as_text(value):
                made[rule.property] = text

    def _own_properties(self, rng: Dice, look: Look, how: Richness, draft: Draft, address: str) -> None:
        made, chance = draft.values, rng.random
        deals, opens = made.get("num_associated_deals"), int(made.get("hs_email_open", "0"))
        if made.get("total_revenue"):
            made["lifecyclestage"], made["hs_lead_status"] = "customer", "CONNECTED"
        elif deals:
            made["lifecyclestage"], made["hs_lead_status"] = "opportunity", "OPEN_DEAL"
        elif made.get("num_conversion_events"):
            made["lifecyclestage"] = rng.one(("marketingqualifiedlead", "salesqualifiedlead", "lead"))
        else:
            made["lifecyclestage"] = rng.one(("subscriber", "lead", "lead"))
        made["hs_marketable_status"] = "true" if opens and chance() < 0.9 else "false"
        made["hs_object_source_label"] = (
            "SALESFORCE" if draft.synced and chance() < 0.7 else rng.one(("FORM", "IMPORT", "CRM_UI"))
        )
        made["preferred_language"] = look.culture.language
        if chance() < 0.6:
            made["lead_score"] = str(min(100, opens + rng.between(0, 40)))
            made["hubspotscore"] = str(rng.between(0, 80))
        if chance() < 0.3:
            made["persona_notes"] = rng.one(PERSONA_NOTES)
        if chance() < 0.3:
            made["hs_legal_basis"] = "Freely given consent from contact"
        if chance() < 0.04:
            made["hs_sequences_is_enrolled"] = "true"
            made["hs_sequences_enrolled_count"] = made["hs_sequences_actively_enrolled_count"] = "1"
        if address:
            made["hs_email_domain"] = address.partition("@")[2]
            out = chance()
            if out < 0.05:
                self.opt_out(draft, address, tuple(SUBSCRIPTIONS))
            elif out < 0.12:
                self.opt_out(draft, address, (rng.one(tuple(SUBSCRIPTIONS)),))
            if chance() < 0.02:
                made["hs_email_bounce"] = "1"
        if lists := rng.within(how.lists):
            for name in rng.sample(list(self.static_members), lists):
                self.static_members[name].append(draft.id)

    def opt_out(self, draft: Draft, address: str, subscriptions: tuple[str, ...]) -> None:
        """An address's opt-outs (kept by address, facts/hubspot.md §8) and the property that shows a full one."""
        self.unsubscribed[address.lower()] = subscriptions
        if len(subscriptions) == len(SUBSCRIPTIONS):
            draft.values["hs_email_optout"] = "true"

    def close(self, entry: Entry) -> None:
        """The human is complete."""
        self.humans.append(Human(f"h{len(self.humans) + 1:06d}", tuple(entry.records), entry.scenario))

    def finished_contacts(self) -> tuple[CastContact, ...]:
        return tuple(CastContact(draft.id, draft.values, draft.created, draft.updated) for draft in self.drafts)

    def finished_companies(self) -> list[CastObject]:
        """A HubSpot company for every firm that has contacts there."""
        made = []
        for firms in self.companies.values():
            for firm in firms:
                members = self._company_contacts.get(firm.hubspot_id)
                if members:
                    made.append(
                        CastObject(
                            "companies",
                            firm.hubspot_id,
                            {
                                "createdate": iso(firm.born),
                                "name": firm.name,
                                "domain": firm.domain,
                                "salesforceaccountid": firm.account_id,
                                "city": firm.city,
                                "country": firm.culture.country,
                            },
                            tuple(members),
                        )
                    )
        return made


def _coprime(count: int) -> int:
    """A step that visits all of ``count`` slots, scattered."""
    step = int(count * 0.618) | 1
    while _divisor(step, count) != 1:
        step += 2
    return step


def _divisor(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a
