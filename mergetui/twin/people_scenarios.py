"""Duplicated humans: one function for each merge scenario of facts/integration.md part B.

Each writes one human who is in the CRMs several times. In their docstrings M is the record a reviewer would keep and L
the loser. Only facts/integration.md decides what is right to do with them; here they only come into being.
"""

from __future__ import annotations

from collections.abc import Callable

from mergetui.twin.people_activity import FEW, LITTLE, RICH, SOME, WORTHLESS, Richness
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_drafts import Entry, Person, Values, Written
from mergetui.twin.people_look import CULTURES, Look
from mergetui.twin.people_stage import Stage
from mergetui.twin.people_times import DAY, date, iso
from mergetui.twin.people_variants import variant
from mergetui.twin.people_work import SCENARIO_SURNAMES, SUBSCRIPTIONS

FULL, SPARSE = 0.85, 0.25


def _striking(stage: Stage, rng: Dice, scenario: str) -> Look:
    """Somebody whose surname nobody else has, written in Latin letters."""
    english = [culture for culture in CULTURES if culture.code in ("gb", "us", "au")]
    return stage.look(rng, culture=rng.one(english), last=SCENARIO_SURNAMES[scenario])


class Actor:
    """One human in the making: the stage, the dice, the true look, and whether the pair must be easy to tell."""

    def __init__(self, stage: Stage, rng: Dice, entry: Entry, clear: bool) -> None:
        self.stage, self.rng, self.entry, self.clear = stage, rng, entry, clear
        self.look = _striking(stage, rng, entry.scenario) if clear else stage.look(rng)

    def other(self, email: str = "", style: str = "") -> Look:
        """Another record's view of the human, with an address of its own unless ``email`` says otherwise."""
        email = email or self.rng.one(("private", "private", "work", "tagged"))
        return variant(self.rng, self.stage.phones, self.look, email=email, style=style, clear=self.clear)

    def row(
        self, object_name: Person, look: Look, full: float, values: Values | None = None, synced: int = 0
    ) -> Written:
        return self.stage.person(self.rng, self.entry, object_name, look, full=full, values=values, synced=synced)

    def hub(
        self,
        look: Look,
        link: Written | None,
        how: Richness,
        values: dict[str, str] | None = None,
        included: bool = True,
    ) -> str:
        return self.stage.contact(self.rng, self.entry, look, link, how=how, values=values, included=included).id

    def both(
        self, object_name: Person, look: Look, full: float, how: Richness, values: Values | None = None
    ) -> Written:
        """A row and the contact linked to it."""
        written = self.row(object_name, look, full, values)
        self.hub(look, written, how)
        return written

    def differing_consent(self, share: float = 0.5) -> tuple[Values, Values]:
        """Consent of two records; often one says no to what the other allows."""
        if self.rng.random() > share:
            return {}, {}
        name = self.rng.one(("HasOptedOutOfEmail", "HasOptedOutOfEmail", "DoNotCall", "HasOptedOutOfFax"))
        mine = self.rng.random() < 0.4
        return {name: mine}, {name: not mine}


def t01(actor: Actor) -> None:
    """T01: two contacts with one e-mail; the one HubSpot contact is linked to M."""
    first, second = actor.differing_consent()
    older = actor.row("Contact", actor.other("same"), SPARSE, second)
    master = actor.row("Contact", actor.look, FULL, first, synced=_after(actor, older))
    actor.hub(actor.look, master, SOME)


def t02(actor: Actor) -> None:
    """T02: as T01, but the HubSpot contact is linked to the poorer record, which was edited last."""
    better = actor.row("Contact", actor.look, FULL)
    poorer_look = actor.other("same")
    poorer = actor.row("Contact", poorer_look, SPARSE, synced=_after(actor, better))
    actor.hub(poorer_look, poorer, SOME)


def _after(actor: Actor, earlier: Written) -> int:
    """A sync instant at which the link stands with the record edited last (facts/integration.md §2)."""
    gap = actor.stage.latest - earlier.synced
    return actor.stage.latest - int(gap * actor.rng.uniform(0.2, 0.8))


def t03(actor: Actor) -> None:
    """T03: different e-mails, both synced; not much on either side."""
    first, second = actor.differing_consent()
    actor.both("Contact", actor.look, FULL, SOME, first)
    actor.both("Contact", actor.other(), SPARSE, FEW, second)


def t04(actor: Actor) -> None:
    """T04: different e-mails, both synced, L has some history to lose."""
    first, second = actor.differing_consent()
    actor.both("Contact", actor.look, FULL, SOME, first)
    actor.both("Contact", actor.other(), SPARSE, SOME, second)


def t05(actor: Actor) -> None:
    """T05: different e-mails, both synced, and L's HubSpot history of the last year is valuable."""
    first: Values = {"HasOptedOutOfEmail": False, "DoNotCall": actor.rng.random() < 0.3}
    second: Values = {"HasOptedOutOfEmail": actor.rng.random() < 0.7}
    actor.both("Contact", actor.look, FULL, SOME, first)
    loser_look = actor.other("private" if actor.clear else "", "initial" if actor.clear else "")
    actor.both("Contact", loser_look, SPARSE, RICH, second)


def t06(actor: Actor) -> None:
    """T06: different e-mails, both synced, and nobody would miss L's HubSpot history."""
    actor.both("Contact", actor.look, FULL, SOME)
    actor.both("Contact", actor.other(), SPARSE, WORTHLESS)


def t07(actor: Actor) -> None:
    """T07: M is better in Salesforce, L much richer in HubSpot."""
    first, second = actor.differing_consent()
    actor.both("Contact", actor.look, 1.0, LITTLE, first)
    actor.both("Contact", actor.other(), SPARSE, RICH, second)


def t08(actor: Actor) -> None:
    """T08: only M is synced; L has another address or none, and no HubSpot contact."""
    actor.both("Contact", actor.look, FULL, SOME)
    actor.row("Contact", actor.other(actor.rng.one(("none", "none", "work"))), SPARSE)


def t09(actor: Actor) -> None:
    """T09: only L is synced; M, the fuller one, has another address and no HubSpot contact."""
    actor.row("Contact", actor.look, FULL)
    actor.both("Contact", actor.other(), SPARSE, SOME)


def t10(actor: Actor) -> None:
    """T10: two HubSpot contacts, nothing in Salesforce."""
    actor.hub(actor.look, None, SOME)
    actor.hub(actor.other(), None, FEW)


def t11(actor: Actor) -> None:
    """T11: two Salesforce records of one object, nothing in HubSpot."""
    object_name: Person = "Contact" if actor.clear or actor.rng.random() < 0.6 else "Lead"
    actor.row(object_name, actor.look, FULL)
    actor.row(object_name, actor.other(actor.rng.one(("none", "work", "private"))), SPARSE)


def t12(actor: Actor) -> None:
    """T12: lead and lead, different e-mails, both synced."""
    first, second = actor.differing_consent()
    actor.both("Lead", actor.look, FULL, SOME, first)
    actor.both("Lead", actor.other(), SPARSE, actor.rng.one((FEW, SOME)), second)


def t13(actor: Actor) -> None:
    """T13: a lead and a contact with one e-mail; the HubSpot contact is linked to the contact."""
    lead = actor.row("Lead", actor.other("same"), SPARSE)
    contact = actor.row("Contact", actor.look, FULL, synced=_after(actor, lead))
    actor.hub(actor.look, contact, SOME)


def t14(actor: Actor) -> None:
    """T14: a lead and a contact with different e-mails, both synced."""
    actor.both("Contact", actor.look, FULL, SOME)
    actor.both("Lead", actor.other(), SPARSE, FEW)


def t15(actor: Actor) -> None:
    """T15: four contacts of one human, at least three of them synced."""
    actor.both("Contact", actor.look, FULL, SOME)
    actor.both("Contact", actor.other("private"), SPARSE, FEW)
    actor.both("Contact", actor.other("tagged"), SPARSE, actor.rng.one((FEW, SOME)))
    last = actor.other("work")
    if actor.rng.random() < 0.5:
        actor.both("Contact", last, SPARSE, FEW)
    else:
        actor.row("Contact", last, SPARSE)


def t16(actor: Actor) -> None:
    """T16: as T04; asked for by name, a poll falls between the two merges."""
    t04(actor)


def t17(actor: Actor) -> None:
    """T17: as T03; asked for by name, a poll falls between the two merges."""
    t03(actor)


def _merged_away(actor: Actor, loser: Written, master: Written, at: int) -> None:
    """A colleague has merged L into M in Salesforce, and nothing else."""
    loser.values.update(IsDeleted=True, MasterRecordId=master.id)
    for written in (loser, master):
        written.values["LastModifiedDate"] = written.values["SystemModstamp"] = at // 1000 * 1000


def t18(actor: Actor) -> None:
    """T18: merged in Salesforce some days ago; the integration has archived L's HubSpot contact with its history."""
    stage, rng = actor.stage, actor.rng
    at = stage.latest - rng.between(2, 13) * DAY  # the loser is still in Salesforce's recycle bin
    master = actor.row("Contact", actor.look, FULL, synced=at + 600_000)
    actor.hub(actor.look, master, SOME)
    look = actor.other()
    loser = actor.row("Contact", look, SPARSE, synced=at - 5 * DAY)
    stage.contact(rng, actor.entry, look, loser, how=RICH, included=True)
    gone = actor.entry.contacts[-1]
    gone.values["archived"] = "true"
    gone.updated = at + 610_000
    _merged_away(actor, loser, master, at)


def t19(actor: Actor) -> None:
    """T19: M's address bounces, L has the one that works; both synced."""
    good, old = actor.look, actor.other("private", "same")
    bounced: Values = {"EmailBouncedReason": "550 5.1.1 user unknown", "EmailBouncedDate": actor.stage.latest - 9 * DAY}
    actor.both("Contact", old, FULL, SOME, bounced)
    good.title = old.title = good.title or old.title
    actor.both("Contact", good, SPARSE, FEW)


def t20(actor: Actor) -> None:
    """T20: a colleague has merged the two HubSpot contacts already; both Salesforce records live."""
    master = actor.row("Contact", actor.look, FULL)
    other = actor.other()
    actor.row("Contact", other, SPARSE)
    _merged_in_hubspot(actor, actor.look, master, other.email)


def t21(actor: Actor) -> None:
    """T21: merged in Salesforce, then in HubSpot with the wrong primary: the survivor is linked to the dead record."""
    at = actor.stage.latest - actor.rng.between(1, 10) * DAY
    master = actor.row("Contact", actor.look, FULL, synced=at + 600_000)
    look = actor.other()
    loser = actor.row("Contact", look, SPARSE, synced=at - 5 * DAY)
    _merged_in_hubspot(actor, look, loser, actor.look.email, at + 900_000)
    _merged_away(actor, loser, master, at)


def _merged_in_hubspot(actor: Actor, look: Look, link: Written, additional: str, at: int = 0) -> None:
    """One contact that two were merged into: linked to ``link``, with both addresses and both old ids."""
    stage = actor.stage
    olds = (stage.hubspot_id(), stage.hubspot_id())
    at = at or stage.latest - actor.rng.between(1, 20) * DAY
    values = {
        "hs_additional_emails": additional,
        "hs_calculated_merged_vids": ";".join(f"{old}:{at}" for old in olds),
    }
    stage.contact(actor.rng, actor.entry, look, link, how=SOME, values=values)
    draft = actor.entry.contacts[-1]
    draft.created = min(draft.created, at - 20 * DAY)
    draft.updated = max(draft.updated, at)


def t22(actor: Actor) -> None:
    """T22: both synced, and many fields are filled differently on the two sides."""
    rng, look = actor.rng, actor.look
    other = actor.other("work")
    other.title = f"Deputy {look.title}"
    other.phone = actor.stage.phones.number(rng, look.company.culture, mobile=False) or other.phone
    other.mobile = look.mobile
    first, second = actor.differing_consent(1.0)
    actor.both("Contact", look, FULL, SOME, {**first, "Tier__c": "Gold", "LeadSource": "Web"})
    actor.both("Contact", other, FULL, SOME, {**second, "Tier__c": "Silver", "LeadSource": "Event"})


def t22b(actor: Actor) -> None:
    """T22b: M leaves fields blank that L, and so L's HubSpot contact, has filled."""
    other = actor.other("private")
    other.title, other.phone = actor.look.title, actor.look.phone
    other.mobile = actor.look.mobile
    actor.look.title = actor.look.phone = ""
    blank: Values = {"Fax": None, "MailingStreet": None, "MailingPostalCode": None}
    actor.both("Contact", actor.look, FULL, SOME, blank)
    filled: Values = {"Fax": actor.stage.phones.number(actor.rng, other.company.culture, mobile=False) or None}
    actor.both("Contact", other, FULL, FEW, filled)


def t23(actor: Actor) -> None:
    """T23: both were synced once; L's HubSpot contact has left the inclusion list since."""
    actor.both("Contact", actor.look, FULL, SOME)
    look = actor.other()
    loser = actor.row("Contact", look, SPARSE)
    actor.hub(look, loser, SOME, included=False)


def t24(actor: Actor) -> None:
    """T24: as T04; asked for by name, the merged record goes to an owner whose records HubSpot cannot see."""
    t04(actor)


def t25(actor: Actor) -> None:
    """T25: the e-mail was changed in Salesforce some time ago, and a second HubSpot contact with the old address still
    holds the id."""
    row = actor.row("Contact", actor.look, FULL)
    actor.hub(actor.look, row, FEW)
    stale = actor.stage.contact(actor.rng, actor.entry, actor.other("private", "same"), row, how=SOME)
    stale.values["email"] = actor.look.private
    stale.values["hs_email_domain"] = actor.look.private.partition("@")[2]
    _stale_since(actor, stale.values, stale.id)


def _stale_since(actor: Actor, values: dict[str, str], contact_id: str) -> None:
    """The old contact was last synced long before the record was; its mapped values are those of that time."""
    draft = next(draft for draft in actor.entry.contacts if draft.id == contact_id)
    draft.synced -= actor.rng.between(40, 200) * DAY
    draft.created = min(draft.created, draft.synced - 5 * DAY)
    draft.updated = max(draft.created, draft.synced + 2000)
    values["salesforcelastsynctime"] = iso(draft.synced)


def t26(actor: Actor) -> None:
    """T26: as T04; asked for by name, HubSpot has suspended the sync three hours ago."""
    t04(actor)


def t27(actor: Actor) -> None:
    """T27: as T03; asked for by name, a validation rule refuses what HubSpot pushes after the merge."""
    t03(actor)


def t28(actor: Actor) -> None:
    """T28: the firm is there twice, as two Accounts and two companies, with M at one and L and others at the other."""
    stage, rng, look = actor.stage, actor.rng, actor.look
    copy = stage.found_again(rng, look.company)
    actor.both("Contact", look, FULL, SOME)
    other = actor.other("work")
    other.company, other.company_name = copy, copy.name
    actor.both("Contact", other, SPARSE, FEW)


def t29(actor: Actor) -> None:
    """T29: a converted lead whose id the contact's HubSpot contact still carries, and a live lead of the same human."""
    contact = actor.row("Contact", actor.look, FULL)
    created = contact.values["CreatedDate"]
    assert isinstance(created, int)
    converted: Values = {
        "IsConverted": True, "Status": "Closed - Converted", "IsUnreadByOwner": False, "ConvertedContactId": contact.id,
        "ConvertedAccountId": contact.values["AccountId"], "ConvertedDate": date(created),
    }  # fmt: skip
    lead = actor.stage.person(
        actor.rng, actor.entry, "Lead", actor.other("same"), full=SPARSE, values=converted, synced=created + 800_000,
        created=created - 30 * DAY, children=0,
    )  # fmt: skip
    actor.hub(actor.look, contact, SOME, {"salesforceleadid": lead.id})
    actor.both("Lead", actor.other("private"), SPARSE, FEW)


SCENARIOS: dict[str, Callable[[Actor], None]] = {
    "T01": t01, "T02": t02, "T03": t03, "T04": t04, "T05": t05, "T06": t06, "T07": t07, "T08": t08, "T09": t09,
    "T10": t10, "T11": t11, "T12": t12, "T13": t13, "T14": t14, "T15": t15, "T16": t16, "T17": t17, "T18": t18,
    "T19": t19, "T20": t20, "T21": t21, "T22": t22, "T22b": t22b, "T23": t23, "T24": t24, "T25": t25, "T26": t26,
    "T27": t27, "T28": t28, "T29": t29,
}  # fmt: skip


def duplicated(stage: Stage, rng: Dice, scenario: str, *, clear: bool = False) -> None:
    """Write one human of this scenario. ``clear``: with a surname of its own and a pair anybody would recognise."""
    entry = Entry(scenario=scenario)
    actor = Actor(stage, rng, entry, clear)
    SCENARIOS[scenario](actor)
    if rng.random() < 0.2 and scenario not in ("T18", "T20", "T21"):
        _one_opted_out(actor)
    stage.close(entry)


def _one_opted_out(actor: Actor) -> None:
    """One of the human's addresses has unsubscribed from everything, the others have not."""
    draft = actor.entry.contacts[-1] if actor.entry.contacts else None
    if draft and (address := draft.values.get("email")):
        actor.stage.opt_out(draft, address, tuple(SUBSCRIPTIONS))
