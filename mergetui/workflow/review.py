"""One open review: choices with undo, stored at once; staging makes the plan."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mergetui import errors
from mergetui.planning.plan import blocked, make_plan, needs_tick
from mergetui.planning.rows import COMPANY_ROW, differs, effective, rows
from mergetui.planning.rules import Rules
from mergetui.planning.survival_rules import RULES, NoAnswer, answer, is_multi, rules_for
from mergetui.planning.survivorship import finals, is_consent, is_yes, proposal
from mergetui.planning.values import blank, for_salesforce, unfit, unfit_for_hubspot
from mergetui.records.clock import Clock, local_now
from mergetui.records.crm import HubSpotExtras
from mergetui.records.crm import as_text as plain
from mergetui.records.people import DuplicateSet
from mergetui.records.plan import Choice, Choices, Plan
from mergetui.records.review import Dossier, Row
from mergetui.records.sync import SyncWindow
from mergetui.records.views import (
    ConfirmationView,
    FieldView,
    RecordView,
    ReviewRow,
    ReviewView,
    RuleView,
    TimelineView,
)
from mergetui.store import Ledger
from mergetui.workflow.field_settings import FieldSettings
from mergetui.workflow.foresee import with_forecast
from mergetui.workflow.inspect import addresses_of, hubspot_address, record_view, timeline_view
from mergetui.workflow.ports import Refusal, Staged
from mergetui.workflow.review_view import (
    api_names,
    display,
    group_shown,
    not_typed,
    points_at_a_name,
    review_view,
    row_view,
)

PROTECTED = frozenset({"sf:Email", "hs:email", "sf:OwnerId", "sf:AccountId", "sf:RecordTypeId", COMPANY_ROW})
"""Rows that a rule for everything leaves alone: what follows from them is more than a value."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """One point in the undo history: the choices, and the rows that the reviewer decided himself."""

    choices: Choices
    own: frozenset[str]


class Review:
    """Fills in ``ports.ReviewSession``."""

    def __init__(
        self,
        dossier: Dossier,
        found: DuplicateSet,
        ledger: Ledger,
        rules: Rules,
        *,
        master: str,
        users: Mapping[str, str],
        window: Callable[[], tuple[SyncWindow | None, int]],
        confirmation: Callable[[str], ConfirmationView],
        guard: Callable[[], None] = lambda: None,
        read_only: bool = False,
        staged: Callable[[], None] = lambda: None,
        histories: Callable[[Sequence[str]], Awaitable[Mapping[str, HubSpotExtras]]] | None = None,
        clock: Clock = local_now,
    ) -> None:
        self.set_id = dossier.set_id
        self.dossier = dossier
        self._found = found
        self._ledger = ledger
        self._rules = rules
        self._users = users
        self._window = window
        self._confirmation = confirmation
        self._guard = guard
        self._read_only = read_only
        self._staged = staged
        self._read_histories = histories or _no_histories
        self._histories: dict[str, HubSpotExtras] = {}
        self._histories_read = False
        self._clock = clock
        self._rows = rows(dossier, without=rules.touch_field)
        self._plan_id = uuid.uuid4().hex[:12]
        self._settings = FieldSettings(ledger)
        self._saved_rules = self._settings.rules
        self._hidden, self._order = self._settings.hidden, self._settings.order
        start = _Moment(self._proposed(master), frozenset())
        self._history = [self._restored(start)]
        self._at = 0

    # what is shown ---------------------------------------------------------------------------------------------
    @property
    def choices(self) -> Choices:
        return self._history[self._at].choices

    def plan(self) -> Plan:
        return make_plan(self.dossier, self.choices, self._rules, plan_id=self._plan_id, at=self._clock())

    def view(self) -> ReviewView:
        window, now = self._window()
        return review_view(
            self.dossier,
            self._rows,
            self.choices,
            self.plan(),
            self._rules,
            score=self._found.score,
            evidence=self._found.evidence,
            users=self._users,
            window=window,
            now=now,
            can_undo=self._at > 0,
            can_redo=self._at + 1 < len(self._history),
            hidden=self._hidden,
            order=self._order,
            saved_rules=self._saved_rules,
        )

    def row_view(self, row_key: str) -> ReviewRow | None:
        """One row as it is now, at once: plan and checks are ``view``'s."""
        row = self._row(row_key)
        if row is None:
            return None
        saved = self._saved_rules.get(row_key, "")
        return row_view(self.dossier, row, self.choices, self.names, self._rules, saved)

    # choices ---------------------------------------------------------------------------------------------------
    def choose(self, row_key: str, column: int) -> Refusal | None:
        row = self._row(row_key)
        refusal = self._refuse(row, row_key, column)
        if refusal is not None or row is None:
            return refusal
        return self._take({row_key: Choice(member=self.dossier.members[column].key)})

    def choose_all(self, column: int) -> Refusal | None:
        if not 0 <= column < len(self.dossier.members):
            return Refusal(f"There is no column {column + 1}.")
        key = self.dossier.members[column].key
        wanted = {row.key: Choice(member=key) for row in self._rows if self._refuse(row, row.key, column) is None}
        return self._take(wanted)

    def fill_blanks(self, column: int) -> Refusal | None:
        if not 0 <= column < len(self.dossier.members):
            return Refusal(f"There is no column {column + 1}.")
        now = finals(self.dossier, self._rows, self.choices)
        wanted = {
            row.key: Choice(member=self.dossier.members[column].key)
            for row in self._rows
            if row.selectable and blank(now[row.key]) and not blank(effective(row.values[column]))
        }
        return self._take(wanted) if wanted else Refusal("Nothing is blank that this column could fill.")

    def edit(self, row_key: str, text: str) -> Refusal | None:
        row = self._row(row_key)
        if row is None:
            return Refusal("This row only shows.", row_key)
        written = text.strip()
        refusal = self._refuse_text(row, written)
        return refusal or self._take({row_key: Choice(edited=written)})

    def _refuse_text(self, row: Row, written: str) -> Refusal | None:
        """Why a text cannot be this row's value, as describe and the properties say."""
        why = not_typed(row)
        if why:
            return Refusal(why, row.key)
        try:
            value = for_salesforce(written, row.salesforce) if row.salesforce is not None else written
        except ValueError:
            return Refusal(f"{row.label} must be a number.", row.key)
        wrong = unfit(value, row.salesforce) if row.salesforce is not None else ""
        if not wrong and row.hubspot is not None:
            wrong = unfit_for_hubspot(written, row.hubspot)
        if not wrong:
            wrong = misshapen(written, row)
        if wrong:
            return Refusal(f"{row.label} {wrong}.{_allowed(row)}", row.key)
        return None

    def set_master(self, column: int) -> Refusal | None:
        if not 0 <= column < len(self.dossier.members):
            return Refusal(f"There is no column {column + 1}.")
        member = self.dossier.members[column]
        if member.key == self.choices.master:
            return Refusal("This is the master already.")
        if self._read_only:
            return _READ_ONLY
        before = self._history[self._at]
        fresh = self._proposed(member.key)
        kept = {key: choice for key, choice in before.choices.rows.items() if key in before.own}
        # an own choice of the old master's column must stay that column's
        for key in before.own - set(kept):
            kept[key] = Choice(member=before.choices.master)
        self._push(_Moment(replace(fresh, rows={**fresh.rows, **kept}), before.own))
        return None

    # looking ---------------------------------------------------------------------------------------------------
    @property
    def names(self) -> Mapping[str, str]:
        accounts = {
            plain(member.salesforce.values.get("AccountId")): member.account_name
            for member in self.dossier.members
            if member.salesforce
        }
        return {**self._users, **accounts, **self.dossier.names}

    def record(self, column: int) -> RecordView:
        """A member in full; with HubSpot's histories once ``read_histories`` is through."""
        member = self.dossier.members[column]
        extras = self._histories.get(member.hubspot.id) if member.hubspot else None
        reading = member.hubspot is not None and extras is None and not self._histories_read
        return record_view(self.dossier, column, self.names, extras, reading=reading)

    async def read_histories(self) -> None:
        """Who changed what when, of all members' HubSpot contacts; read once."""
        if not self._histories_read:
            ids = [member.hubspot.id for member in self.dossier.members if member.hubspot]
            self._histories = dict(await self._read_histories(ids)) if ids else {}
            self._histories_read = True

    def timeline(self) -> TimelineView:
        return timeline_view(self.dossier)

    def addresses(self, column: int) -> tuple[tuple[str, str], ...]:
        """(CRM, address in the browser) of a column's records, Salesforce first."""
        return addresses_of(self.dossier, column)

    def address_of(self, record: str) -> str:
        """The address of ``sf:…`` or ``hs:…``; empty when the org's address is not known."""
        for column, member in enumerate(self.dossier.members):
            if member.key == record:
                return next((url for _, url in self.addresses(column)), "")
        kind, _, id_ = record.partition(":")
        return hubspot_address(self.dossier, id_) if kind == "hs" and self.dossier.hubspot_org.ui_url else ""

    # survivorship rules ----------------------------------------------------------------------------------------
    def rules_for(self, row_key: str) -> tuple[RuleView, ...]:
        """The rules that fit a field, each with what it would make of this set."""
        row = self._row(row_key)
        if row is None:
            return ()
        saved = self._saved_rules.get(row_key, "")
        offered = []
        for rule in rules_for(row):
            made = answer(rule.id, self.dossier, row, self.choices.master)
            result = self._text_of(row, made) if isinstance(made, Choice) else ""
            why_not = made.why if isinstance(made, NoAnswer) else ""
            offered.append(RuleView(rule.id, rule.title, rule.why, result, why_not, rule.id == saved))
        return tuple(offered)

    def apply_rule(self, row_key: str, rule: str) -> Refusal | None:
        row = self._row(row_key)
        if row is None:
            return Refusal("This row only shows.", row_key)
        made = answer(rule, self.dossier, row, self.choices.master)
        if isinstance(made, NoAnswer):
            return Refusal(f"{row.label}: {made.why}.", row_key)
        refusal = self._unfit_choice(row, made)
        return refusal or self._take({row_key: made})

    def apply_everywhere(self, rule: str) -> Refusal | None:
        """A rule on every differing field that it fits, as one step of undo. Rows it cannot answer stay."""
        wanted = {}
        for row in self._rows:
            if row.key in PROTECTED or not (row.selectable and differs(row)):
                continue
            made = answer(rule, self.dossier, row, self.choices.master)
            if isinstance(made, Choice) and self._unfit_choice(row, made) is None:
                wanted[row.key] = made
        return self._take(wanted) if wanted else Refusal("No differing field fits this rule.")

    def save_rule(self, row_key: str, rule: str) -> str:
        """Keep a rule for this field in all reviews to come, or end it (empty id). This set is not changed by it."""
        row = self._row(row_key)
        if self._read_only:
            raise errors.Problem("mergetui runs read-only.", "Nothing was changed.", "Leave out --read-only.")
        self._settings.save_rule(row_key, rule)
        self._saved_rules = self._settings.rules
        label = row.label if row is not None else row_key
        if not rule:
            return f"{label}: no rule of its own any more."
        return f"{label}: “{RULES[rule].title}” holds for all sets opened from now on; u here does not touch it."

    def _proposed(self, master: str) -> Choices:
        """The usual proposal, then the saved rules over it."""
        made = proposal(self.dossier, self._rows, master)
        chosen = dict(made.rows)
        for row in self._rows:
            rule = self._saved_rules.get(row.key, "")
            picked = answer(rule, self.dossier, row, master) if rule else NoAnswer("")
            if isinstance(picked, Choice) and self._unfit_choice(row, picked) is None:
                if picked.member == master:
                    chosen.pop(row.key, None)
                else:
                    chosen[row.key] = picked
        return replace(made, rows=chosen)

    def _unfit_choice(self, row: Row, made: Choice) -> Refusal | None:
        if made.member is not None:
            column = next(n for n, member in enumerate(self.dossier.members) if member.key == made.member)
            return self._refuse(row, row.key, column)
        return self._refuse_text(row, made.edited or "")

    def _text_of(self, row: Row, made: Choice) -> str:
        if made.member is None:
            return made.edited or ""
        column = next(n for n, member in enumerate(self.dossier.members) if member.key == made.member)
        return display(effective(row.values[column]), self.names if points_at_a_name(row) else {})

    # fields shown ----------------------------------------------------------------------------------------------
    def fields(self) -> tuple[FieldView, ...]:
        """Every field of this set, hidden ones too, in the order of the screen."""
        place = {key: number for number, key in enumerate(self._order)}
        groups = list(dict.fromkeys(group_shown(row) for row in self._rows))
        ordered = sorted(self._rows, key=lambda row: (groups.index(group_shown(row)), place.get(row.key, len(place))))
        return tuple(
            FieldView(row.key, row.label, group_shown(row), api_names(row), row.key in self._hidden) for row in ordered
        )

    def show_fields(self, hidden: Sequence[str], order: Sequence[str]) -> str:
        """Hide and order fields in all reviews; fields of other sets keep what was said of them before."""
        here = {row.key for row in self._rows}
        self._hidden = frozenset(hidden) | (self._hidden - here)
        self._order = (*order, *(key for key in self._order if key not in here))
        if not self._read_only:
            self._settings.save_shown(sorted(self._hidden), self._order)
        count = len(self._hidden & here)
        return (
            f"{count} field{'' if count == 1 else 's'} hidden here; o shows the list"
            if count
            else "all fields are shown"
        )

    def options(self, row_key: str) -> tuple[tuple[str, str], ...]:
        """(value, label) of what a picklist allows; empty for other fields and where several may be chosen."""
        row = self._row(row_key)
        if row is None or is_multi(row):
            return ()
        if row.salesforce is not None:
            if row.salesforce.type != "picklist":
                return ()
            found = row.salesforce
        elif row.hubspot is not None and row.hubspot.type == "enumeration":
            found = row.hubspot
        else:
            return ()
        blank_one = (("", "(blank)"),) if found.nillable else ()
        return (
            *blank_one,
            *((option.value, option.label or option.value) for option in found.options if option.active),
        )

    def undo(self) -> Refusal | None:
        if self._at == 0:
            return Refusal("Nothing to undo.")
        self._at -= 1
        self._ledger.save_choices(self.set_id, self.choices)
        return None

    def redo(self) -> Refusal | None:
        if self._at + 1 >= len(self._history):
            return Refusal("Nothing to redo.")
        self._at += 1
        self._ledger.save_choices(self.set_id, self.choices)
        return None

    # staging ---------------------------------------------------------------------------------------------------
    def stage(self) -> Staged | Refusal:
        if self._read_only:
            return _READ_ONLY
        try:
            self._guard()
        except errors.Problem as problem:
            return Refusal(str(problem))
        plan = self.plan()
        stopped = blocked(plan.checks)
        if stopped:
            return Refusal(f"{stopped[0].what}. {stopped[0].todo}")
        if not plan.rounds:
            return Refusal("There is nothing to merge here: these records meet in no CRM.")
        try:
            self._ledger.add_plan(with_forecast(self.dossier, plan))
        except errors.Problem as problem:
            return Refusal(str(problem))
        self._plan_id = uuid.uuid4().hex[:12]
        self._staged()
        ticks = len(needs_tick(plan.checks))
        if ticks:
            return Staged(plan.id, self._confirmation(plan.id), f"{ticks} acknowledgements are needed")
        return Staged(plan.id, None, "Staged. Confirm it with C under 2 (approved & running).")

    # inside ----------------------------------------------------------------------------------------------------
    def _row(self, key: str) -> Row | None:
        return next((row for row in self._rows if row.key == key), None)

    def _refuse(self, row: Row | None, row_key: str, column: int) -> Refusal | None:
        if not 0 <= column < len(self.dossier.members):
            return Refusal(f"There is no column {column + 1}.")
        if row is None:
            return Refusal("This row only shows what the merge keeps by itself.", row_key)
        if not row.selectable:
            return Refusal(f"{row.label}: {row.reason}.", row_key)
        value = effective(row.values[column])
        if is_consent(row) and not is_yes(value) and any(is_yes(effective(other)) for other in row.values):
            return Refusal(f"{row.label}: a yes always stays.", row_key)
        if row.salesforce is not None and blank(value) and not row.salesforce.nillable and not is_consent(row):
            return Refusal(f"{row.label} may not be empty.", row_key)
        if row.key == "sf:Email" and blank(value):
            return Refusal("The survivor needs an e-mail: without one HubSpot cannot find it.", row_key)
        return None

    def _take(self, wanted: Mapping[str, Choice]) -> Refusal | None:
        if self._read_only:
            return _READ_ONLY
        before = self._history[self._at]
        made = {**before.choices.rows}
        for key, choice in wanted.items():
            if choice.member == before.choices.master:
                made.pop(key, None)
            else:
                made[key] = choice
        if made != dict(before.choices.rows):
            self._push(_Moment(replace(before.choices, rows=made), before.own | wanted.keys()))
        return None

    def _push(self, moment: _Moment) -> None:
        del self._history[self._at + 1 :]
        self._history.append(moment)
        self._at += 1
        self._ledger.save_choices(self.set_id, moment.choices)

    def _restored(self, start: _Moment) -> _Moment:
        """Choices of an earlier visit, as far as they still fit the people and rows."""
        stored = self._ledger.choices(self.set_id)
        keys = {member.key for member in self.dossier.members}
        if stored is None or stored.master not in keys:
            return start
        known = {row.key for row in self._rows if row.selectable}
        kept = {
            key: choice
            for key, choice in stored.rows.items()
            if key in known and (choice.member is None or choice.member in keys)
        }
        return _Moment(Choices(stored.master, kept), frozenset(kept))


async def _no_histories(ids: Sequence[str]) -> Mapping[str, HubSpotExtras]:
    return {}


def misshapen(written: str, row: Row) -> str:
    """What describe's type forbids beyond length and picklists: dates, addresses. Empty text when nothing."""
    kind = row.salesforce.type if row.salesforce is not None else row.hubspot.type if row.hubspot is not None else ""
    if not written:
        return ""
    if kind in ("date", "datetime"):
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            moment = None
        if moment is None or (kind == "date" and len(written) != 10):
            return f"must be a date such as 2026-03-09{'T14:05:00Z' if kind == 'datetime' else ''}"
    if kind == "email" and not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", written):
        return "must be an e-mail address"
    if kind == "boolean" and written.lower() not in ("yes", "no", "true", "false"):
        return "must be yes or no"
    return ""


def _allowed(row: Row) -> str:
    """The first values that a picklist allows, to type one of them."""
    info = row.salesforce if row.salesforce is not None and row.salesforce.restricted else row.hubspot
    options = [option.value for option in info.options if option.active] if info else []
    return f" Allowed: {', '.join(options[:8])}{' …' if len(options) > 8 else ''}." if options else ""


_READ_ONLY = Refusal("mergetui runs read-only: nothing can be changed.")
