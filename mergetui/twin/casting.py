"""Invents the believable people a sandbox world begins with. Pure: the same arguments make the same Cast."""

from __future__ import annotations

import gc

from mergetui.twin.cast import Cast, CastList, CastRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_scenarios import SCENARIOS, duplicated
from mergetui.twin.people_singles import HOSTILE, TRAPS, hostile, hubspot_only, linked, odd, salesforce_only
from mergetui.twin.people_stage import Stage
from mergetui.twin.people_times import iso
from mergetui.twin.people_work import STATIC_LISTS, SUBSCRIPTIONS

DUPLICATED = 0.125
"""Share of humans who are in the CRMs more than once."""

_TRAPPED = 0.06
_ORDINARY = (("contact", 45), ("lead", 23), ("salesforce", 9), ("hubspot", 11), ("odd", 7))
"""What the other humans are, by weight; with the duplicated ones about 55 % are contacts linked with HubSpot."""

_WEIGHTS = {"T05": 4, "T03": 3, "T07": 3, "T01": 2, "T12": 2, "T15": 2}
"""How often a scenario is drawn beyond its first time; 1 where nothing is said."""


def cast(
    *, seed: int, people: int, now: int, sync_every_ms: int, scenario: str | None = None, quiet_ms: int = 30_000
) -> Cast:
    """The people of a world that begins at ``now`` (ms UTC) with ``people`` humans.

    ``scenario`` (``T05`` …) guarantees one clear pair of that kind as the first of ``humans``, with a surname nobody
    else has (``people_work.SCENARIO_SURNAMES``); the others are the same humans as without it. Three polls are visible,
    the last ``quiet_ms`` ago, ``sync_every_ms`` apart. Rows lack ``Name`` of Lead and Contact, contacts lack
    ``hs_object_id``, ``createdate`` and ``lastmodifieddate``: the world derives them. ``extra`` holds
    ``inclusion_list``, a list id.

    Raises ValueError for a scenario that is not known (the text lists the known ones) and for negative ``people``.
    """
    if scenario is not None and scenario not in SCENARIOS:
        raise ValueError(f"unknown scenario {scenario!r}; known: {', '.join(SCENARIOS)}")
    if people < 0 or (scenario is not None and people < 1):
        raise ValueError("a cast needs at least one person for a scenario, and never fewer than none")
    collecting = gc.isenabled()
    gc.disable()  # millions of objects are made and none is dropped: looking for garbage would take a third of the time
    try:
        return _cast(seed, people, now, sync_every_ms, scenario, quiet_ms)
    finally:
        if collecting:
            gc.enable()


def _cast(seed: int, people: int, now: int, sync_every_ms: int, scenario: str | None, quiet_ms: int) -> Cast:
    last = now - quiet_ms
    polls = (last - 2 * sync_every_ms, last - sync_every_ms, last)
    stage = Stage(seed, people, now, polls)
    parts = _parts(Dice(seed), people)
    if scenario is not None:
        _make_room(parts)
    for number, (part, _) in enumerate(parts):
        _play(stage, Dice(seed * 1_000_003 + number), part)
    humans = list(stage.humans)
    if scenario is not None:
        duplicated(stage, Dice(f"{seed} {scenario}"), scenario, clear=True)
        humans = [stage.humans[-1], *humans]
    _show_polls(stage, Dice(seed + 17), polls)
    lists = _lists(stage)
    return Cast(
        org_id=salesforce_id("00D", 700_000 + seed % 1000),
        org_name="Acme Travel",
        portal_id=str(4_471_000 + seed % 1000),
        portal_domain="acme-travel.example",
        rows=tuple(stage.rows),
        contacts=stage.finished_contacts(),
        objects=tuple(stage.finished_companies()),
        events=(),
        lists=lists,
        owners=tuple(stage.owners),
        subscriptions=dict(SUBSCRIPTIONS),
        unsubscribed=stage.unsubscribed,
        humans=tuple(humans),
        polls=polls,
        integration_user_id=stage.integration,
        admin_user_id=stage.admin,
        extra={"inclusion_list": lists[-1].id},
        lore=stage.lore,
    )


def _parts(rng: Dice, people: int) -> list[tuple[str, int]]:
    """What to write, in order: (kind, humans it takes). Kinds are scenarios, ``trap N``, ``hostile N`` or ordinary."""
    parts: list[tuple[str, int]] = []
    wanted = round(people * DUPLICATED)
    hostiles = min(len(HOSTILE), people // 12)
    names = list(SCENARIOS)
    kinds = rng.sample(names, min(len(names), max(0, wanted - (1 if hostiles else 0))))
    kinds += rng.choices(
        names, [_WEIGHTS.get(name, 1) for name in names], k=max(0, wanted - len(kinds) - (1 if hostiles else 0))
    )
    parts += [(kind, 1) for kind in kinds]
    parts += [(f"hostile {number}", 1) for number in range(hostiles)]
    trapped, number = int(people * _TRAPPED), 0
    while (size := TRAPS[number % len(TRAPS)][1]) <= trapped:
        parts.append((f"trap {number % len(TRAPS)}", size))
        trapped -= size
        number += 1
    left = people - sum(size for _, size in parts)
    ordinary = [kind for kind, _ in _ORDINARY]
    parts += [(kind, 1) for kind in rng.choices(ordinary, [weight for _, weight in _ORDINARY], k=left)]
    rng.shuffle(parts)
    return parts


def _make_room(parts: list[tuple[str, int]]) -> None:
    """Leave out the last ordinary human, so that the scenario's makes the number full."""
    ordinary = [number for number, (kind, size) in enumerate(parts) if size == 1 and kind in dict(_ORDINARY)]
    last = ordinary[-1] if ordinary else len(parts) - 1
    parts[last] = ("nobody", 0)


def _play(stage: Stage, rng: Dice, part: str) -> None:
    kind, _, number = part.partition(" ")
    if kind in SCENARIOS:
        duplicated(stage, rng, kind)
    elif kind == "contact":
        linked(stage, rng, "Contact")
    elif kind == "lead":
        linked(stage, rng, "Lead")
    elif kind == "salesforce":
        salesforce_only(stage, rng)
    elif kind == "hubspot":
        hubspot_only(stage, rng)
    elif kind == "odd":
        odd(stage, rng)
    elif kind == "trap":
        TRAPS[int(number)][0](stage, rng)
    elif kind == "hostile":
        hostile(stage, rng, int(number))


def _show_polls(stage: Stage, rng: Dice, polls: tuple[int, ...]) -> None:
    """Give every visible poll its burst: 5–12 ordinary linked contacts, synced within 4 s of its beginning because a
    colleague had changed their rows since the poll before."""
    rows = {row.id: row for row in stage.rows if row.object in ("Lead", "Contact")}
    period = max(4_000, polls[-1] - polls[-2])
    left = rng.sample(stage.pollable, min(len(stage.pollable), 12 * len(polls)))
    share = len(left) // len(polls)
    for poll in polls:
        for _ in range(min(share, rng.within((5, 12)))):
            draft = left.pop()
            draft.synced = poll + rng.between(0, 4000)
            draft.updated = draft.synced + rng.between(1400, 3500)
            draft.values["salesforcelastsynctime"] = iso(draft.synced)
            _edited(rng, stage, rows[draft.values.get("salesforcecontactid") or draft.values["salesforceleadid"]],
                    poll - rng.between(2_000, period))  # fmt: skip


def _edited(rng: Dice, stage: Stage, row: CastRow, at: int) -> None:
    """A colleague was the last to change this row, at ``at``; the sync has taken it over already."""
    assert isinstance(row.values, dict)
    row.values["LastModifiedDate"] = row.values["SystemModstamp"] = at // 1000 * 1000
    row.values["LastModifiedById"] = rng.one(stage.users)[0]


def _lists(stage: Stage) -> tuple[CastList, ...]:
    """Static lists as people joined them, dynamic ones by their rule; the inclusion list comes last."""
    drafts = stage.drafts
    made = [CastList(stage.hubspot_id(), name, kind, tuple(stage.static_members[name])) for name, kind in STATIC_LISTS]

    def dynamic(name: str, members: list[str]) -> None:
        made.append(CastList(stage.hubspot_id(), name, "DYNAMIC", tuple(members)))

    dynamic("Customers", [draft.id for draft in drafts if draft.values.get("lifecyclestage") == "customer"])
    dynamic("Opened an e-mail", [draft.id for draft in drafts if "hs_email_open" in draft.values])
    dynamic("Marketing contacts", [draft.id for draft in drafts if draft.values.get("hs_marketable_status") == "true"])
    dynamic("Salesforce inclusion list", [draft.id for draft in drafts if draft.id not in stage.excluded])
    return tuple(made)
