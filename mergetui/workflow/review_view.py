"""A review as text: columns, rows, checks and the lines around them. Pure: values in, a ``ReviewView`` out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mergetui.planning.activity import counts, last_seen, words
from mergetui.planning.forecast import after_sync
from mergetui.planning.master import standings
from mergetui.planning.people import member_name, short_id
from mergetui.planning.plan import blocked
from mergetui.planning.rows import COMPANY_ROW, differs, effective
from mergetui.planning.rules import Rules
from mergetui.planning.survival_rules import RULES, is_multi
from mergetui.planning.survivorship import chosen_index, is_consent, is_yes
from mergetui.planning.values import blank, mail_domain_label, same
from mergetui.records.crm import Value
from mergetui.records.crm import as_text as text
from mergetui.records.people import Evidence
from mergetui.records.plan import Choices, Plan
from mergetui.records.review import Dossier, Member, Row, RowValue
from mergetui.records.sync import MappingRule, SyncWindow
from mergetui.records.views import Cell, CheckView, ReviewColumn, ReviewRow, ReviewView
from mergetui.sync.window import fits, remaining_text
from mergetui.workflow.field_settings import arrange
from mergetui.workflow.foresee import alone_words
from mergetui.workflow.queue_facts import strongest_first
from mergetui.workflow.remedies import remedy

OLD_MS = 15_000
"""From here on it is said how old the reading is."""

MARKETING = ("hs_lead_status", "hs_marketable_status", "hs_persona", "lifecyclestage", "hubspotscore", "lead_score")
MARKETING_STARTS = ("hs_analytics_", "hs_email_", "hs_latest_source", "num_", "recent_conversion", "first_conversion",
                    "hs_sequences_", "hs_marketable_", "utm_")  # fmt: skip
SYNC_WORDS = {
    "prefer_salesforce": "the sync brings Salesforce's value to HubSpot; a blank in Salesforce takes HubSpot's",
    "always_salesforce": "the sync brings Salesforce's value to HubSpot, also when it is blank",
    "two_way": "the sync takes the side that was changed last",
    "none": "the sync leaves the two as they are",
}
"""Mapping rule → what becomes of a disagreement at the next sync (facts/integration.md §4)."""


def review_view(
    dossier: Dossier,
    rows: tuple[Row, ...],
    choices: Choices,
    plan: Plan,
    rules: Rules,
    *,
    score: float,
    evidence: tuple[Evidence, ...],
    users: Mapping[str, str],
    window: SyncWindow | None,
    now: int,
    can_undo: bool,
    can_redo: bool,
    hidden: frozenset[str] = frozenset(),
    order: Sequence[str] = (),
    saved_rules: Mapping[str, str] | None = None,
) -> ReviewView:
    """``window`` and ``now`` are in HubSpot's clock. ``hidden`` and ``order`` are row keys, ``saved_rules`` row key →
    rule."""
    mapping = _mapping(dossier)
    accounts = {
        text(member.salesforce.values.get("AccountId")): member.account_name
        for member in dossier.members
        if member.salesforce
    }
    names = {**users, **accounts, **dossier.names}
    saved = saved_rules or {}
    made = [_row(dossier, row, choices, names, rules, mapping, saved.get(row.key, "")) for row in rows]
    made = sorted(made, key=lambda row: row.group == "marketing")  # its rows stood among HubSpot's own, which come last
    shown = arrange(made, hidden, order)
    unseen = {row.key for row in made} - {row.key for row in shown}
    best = standings(dossier.members, rules)
    reasons = next((entry.reasons for entry in best if entry.key == choices.master), ())
    proposed = best[0].key == choices.master
    return ReviewView(
        set_id=dossier.set_id,
        title=" · ".join(dict.fromkeys(member_name(member) for member in dossier.members)),
        score=score,
        columns=tuple(_column(member, choices, now) for member in dossier.members),
        rows=(*shown, *_activity_rows(dossier, now)),
        checks=tuple(
            CheckView(
                check.id, check.severity, check.what, check.why, check.todo, remedy(check, dossier, choices.master)
            )
            for check in plan.checks
        ),
        master_reasons=(
            ("proposed: " if proposed else "your choice: ")
            + (", ".join(f"{reason} ({points:+d})" for reason, points in reasons) or "no reason stands out"),
        ),
        after_sync=("nothing is merged while a check blocks",)
        if blocked(plan.checks)
        else (*after_sync(dossier, choices), *alone_words(dossier, choices)),
        evidence=strongest_first(evidence),
        plan_line=plan_line(plan, window, now),
        can_undo=can_undo,
        can_redo=can_redo,
        hidden=len(unseen),
        hidden_differ=sum(row.differs for row in made if row.key in unseen),
        read_ago=f"read {ago(now - dossier.hubspot_read_at)}" if now - dossier.hubspot_read_at > OLD_MS else "",
    )


def _mapping(dossier: Dossier) -> Mapping[str, MappingRule]:
    """Salesforce field → its line of the mapping, of the members' object."""
    objects = {member.salesforce.object for member in dossier.members if member.salesforce}
    return {rule.field: rule for rule in reversed(dossier.settings.mapping) if rule.object in objects}


def plan_line(plan: Plan, window: SyncWindow | None, now: int) -> str:
    """``plan: 2 merges · ~2 s · window ≤ 08:31, may be now: fits``."""
    stopped = len(blocked(plan.checks))
    if stopped:
        return f"no plan: {stopped} check{' blocks' if stopped == 1 else 's block'} it"
    steps = sum((entry.salesforce is not None) + (entry.hubspot is not None) for entry in plan.rounds)
    parts = [f"plan: {steps} merge{'' if steps == 1 else 's'}", f"~{plan.estimated_ms / 1000:.0f} s"]
    if not plan.delete_risk:
        parts.append("no hurry: no HubSpot contact is at risk")
    elif window is None:
        parts.append("next sync unknown")
    else:
        fine = fits(window, now, plan.estimated_ms)[0]
        parts.append(f"window {remaining_text(window, now)}: {'fits' if fine else 'will wait for the next sync'}")
    return " · ".join(parts)


def _column(member: Member, choices: Choices, now: int) -> ReviewColumn:
    if member.salesforce is not None:
        title = f"{member.salesforce.object} {short_id(member.salesforce.id)}"
    else:
        title = f"HubSpot only {member.hubspot.id if member.hubspot else ''}"
    return ReviewColumn(
        key=member.key,
        title=title,
        subtitle=_subtitle(member, now),
        name=member_name(member),
        is_master=member.key == choices.master,
    )


def _subtitle(member: Member, now: int) -> str:
    if member.hubspot is None:
        return "no HubSpot contact"
    from mergetui.merging.verify import last_sync

    synced = last_sync(member.hubspot)
    told = f"synced {ago(now - synced)}" if synced is not None else "never synced"
    state = "" if member.link in ("active", "none") else f" · link {member.link}"
    return f"HubSpot {member.hubspot.id} · {told}{state}" if member.salesforce else f"{told}{state}"


def row_view(
    dossier: Dossier, row: Row, choices: Choices, names: Mapping[str, str], rules: Rules, saved: str
) -> ReviewRow:
    """One row alone, for a repaint that does not wait for plan and checks. ``names`` as in ``review_view``."""
    return _row(dossier, row, choices, names, rules, _mapping(dossier), saved)


def group_shown(row: Row) -> str:
    """The row's group; HubSpot's marketing properties are one of their own."""
    if row.salesforce is None and row.hubspot is not None and row.group == "HubSpot only":
        name = row.hubspot.name
        if name in MARKETING or name.startswith(MARKETING_STARTS):
            return "marketing"
    return row.group


def api_names(row: Row) -> str:
    names = [f"{row.salesforce.object}.{row.salesforce.name}"] if row.salesforce is not None else []
    return " ⇄ ".join([*names, row.hubspot.name] if row.hubspot is not None else names)


def _row(
    dossier: Dossier,
    row: Row,
    choices: Choices,
    names: Mapping[str, str],
    rules: Rules,
    mapping: Mapping[str, MappingRule],
    saved: str,
) -> ReviewRow:
    chosen = chosen_index(dossier, row, choices)
    yes_stays = is_consent(row) and any(is_yes(effective(value)) for value in row.values)
    if yes_stays:
        chosen = next(index for index, value in enumerate(row.values) if is_yes(effective(value)))
    cells = []
    theirs = []
    for index, value in enumerate(row.values):
        held = effective(value)
        note = ""
        disagree = value.in_salesforce and value.in_hubspot and _disagree(row, value, names)
        other = ""
        if disagree and blank(value.salesforce):
            note = "from HubSpot"
        elif disagree:
            other = display(value.hubspot, names if points_at_a_name(row) else {}) or "—"
        theirs.append(other)
        if row.key in ("sf:Email", "hs:email") and not blank(held):
            private = mail_domain_label(text(held)) in rules.free_mail
            note = note or ("private" if private else "work")
        if yes_stays and index == chosen:
            note = "a yes always stays"
        shown = display(held, names if points_at_a_name(row) else {})
        cells.append(Cell(shown, chosen=row.selectable and index == chosen, blank=blank(held), note=note))
    if chosen is None:
        edited = choices.rows[row.key].edited or ""
        master = next(index for index, member in enumerate(dossier.members) if member.key == choices.master)
        cells[master] = Cell(edited, chosen=True, edited=True, blank=blank(edited), note="typed")
    why_not_typed = not_typed(row)
    return ReviewRow(
        row.key,
        row.label,
        group_shown(row),
        tuple(cells),
        differs(row) or chosen is None,
        row.selectable,
        row.reason,
        editable=not why_not_typed,
        edit_reason=why_not_typed,
        api=api_names(row),
        hubspot=tuple(theirs) if any(theirs) else (),
        sync_note=_sync_note(row, mapping) if any(theirs) else "",
        several=is_multi(row),
        rule=RULES[saved].title if saved in RULES else "",
    )


def _disagree(row: Row, value: RowValue, names: Mapping[str, str]) -> bool:
    """Whether the CRMs hold different values, as far as HubSpot's text can say the same as Salesforce's type."""
    if row.salesforce is None or same(value.salesforce, value.hubspot):
        return False
    if points_at_a_name(row):  # each CRM has ids of its own for one owner
        return display(value.salesforce, names) != display(value.hubspot, names)
    if isinstance(value.salesforce, bool):
        return is_yes(value.salesforce) != is_yes(value.hubspot)
    if is_multi(row):
        parts = [{part.strip() for part in text(held).split(";")} for held in (value.salesforce, value.hubspot)]
        return parts[0] != parts[1]
    return True


def _sync_note(row: Row, mapping: Mapping[str, MappingRule]) -> str:
    rule = mapping.get(row.salesforce.name) if row.salesforce is not None else None
    if rule is None:
        return "no known mapping joins the two"
    return f"{SYNC_WORDS.get(rule.rule, SYNC_WORDS['two_way'])} ({rule.evidence}); the merge writes your choice to both"


def not_typed(row: Row) -> str:
    """Why this row's value is chosen and never typed; empty text when it may be typed."""
    if not row.selectable:
        return f"{row.label}: {row.reason}."
    if is_consent(row):
        return "Consent is never typed: a yes stays, a no is chosen with ← →."
    if row.key in ("sf:Email", "hs:email"):
        return "The e-mail must be one that a member already has; choose it with ← →."
    if row.key == COMPANY_ROW or (row.salesforce is not None and row.salesforce.refers_to):
        return "This field points at another record; choose it with ← →."
    return ""


def points_at_a_name(row: Row) -> bool:
    """Owner and account ids are shown by name; a score that looks like an id is not."""
    return row.key in ("hs:hubspot_owner_id", COMPANY_ROW) or (
        row.salesforce is not None and bool(row.salesforce.refers_to)
    )


def _activity_rows(dossier: Dossier, now: int) -> list[ReviewRow]:
    """Rows that only show: HubSpot activity, lists, Salesforce related rows."""
    found = []

    def add(key: str, label: str, group: str, texts: list[str]) -> None:
        if any(entry and entry != "—" for entry in texts):
            cells = tuple(Cell(entry or "—", blank=not entry or entry == "—") for entry in texts)
            reason = "this is kept by the merge itself, not chosen"
            found.append(ReviewRow(key, label, group, cells, len(set(texts)) > 1, False, reason))

    members = dossier.members
    add("=activity", "HubSpot activity", "activity", [words(counts(member)) for member in members])
    seen = [last_seen(member) for member in members]
    add("=last", "Last seen", "activity", [ago(now - moment) if moment else "—" for moment in seen])
    lists = [
        ", ".join(sorted(entry.name for entry in (member.extras.lists if member.extras else ()) if entry.static))
        for member in members
    ]
    add("=lists", "Static lists", "activity", lists)
    refused = [
        ", ".join(
            sorted(
                {
                    entry.name
                    for entry in (member.extras.subscriptions if member.extras else ())
                    if entry.status == "UNSUBSCRIBED"
                }
            )
        )
        for member in members
    ]
    add("=unsubscribed", "Unsubscribed from", "consent", refused)
    add("=related", "Salesforce related", "related", [_related(member) for member in members])
    return found


def _related(member: Member) -> str:
    found = Counter(child.object for child in member.children)
    titles = {"OpportunityContactRole": "opp. role", "CampaignMember": "campaign"}
    return " · ".join(
        f"{count} {titles.get(name, name.lower())}{'' if count == 1 else 's'}" for name, count in sorted(found.items())
    )


def display(value: Value, names: Mapping[str, str]) -> str:
    """A value for people: yes/no for booleans, names for owner and account ids."""
    if value is True or value == "true":
        return "yes"
    if value is False or value == "false":
        return "no"
    written = text(value)
    return names.get(written) or written


def ago(milliseconds: int) -> str:
    """``6 min ago``, ``3 days ago``; a moment in the future reads as ``just now``."""
    seconds = milliseconds // 1000
    for size, word in ((31_557_600, "year"), (2_629_800, "month"), (604_800, "week"), (86_400, "day"), (3600, "hour")):
        if seconds >= 2 * size:
            return f"{seconds // size} {word}s ago"
    if seconds >= 120:
        return f"{seconds // 60} min ago"
    return f"{seconds} s ago" if seconds > 5 else "just now"
