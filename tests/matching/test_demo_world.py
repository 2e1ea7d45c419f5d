"""On the invented people of the sandbox the default cut finds the duplicates and little else."""

from collections.abc import Iterator
from pathlib import Path

from mergetui.matching.match import match
from mergetui.records.crm import HubSpotContact, SalesforceRecord
from mergetui.store import Mirror
from mergetui.twin.cast import Cast
from mergetui.twin.casting import cast

NOW = 1_790_000_000_000


def mirrored(made: Cast, path: Path) -> Mirror:
    mirror = Mirror(path)
    mirror.begin_pull()
    mirror.put_accounts({row.id: str(row.values.get("Name")) for row in made.rows if row.object == "Account"})
    mirror.put_salesforce(
        [SalesforceRecord(row.id, row.object, row.values, 1) for row in made.rows if row.object in ("Lead", "Contact")]  # type: ignore[arg-type]
    )
    mirror.put_hubspot([HubSpotContact(one.id, one.values, one.created_at, one.updated_at) for one in made.contacts])
    mirror.end_pull({})
    return mirror


def true_pairs(made: Cast, mirror: Mirror) -> Iterator[tuple[str, str]]:
    for human in made.humans:
        persons = (mirror.person_of(id_) for _, _, id_ in human.records)
        keys = sorted({person.key for person in persons if person is not None})
        yield from ((a, b) for place, a in enumerate(keys) for b in keys[place + 1 :])


def test_precision_and_recall(tmp_path: Path) -> None:
    found, right, true = 0, 0, 0
    for seed in (7, 11, 23):
        made = cast(seed=seed, people=400, now=NOW, sync_every_ms=900_000)
        mirror = mirrored(made, tmp_path / f"{seed}.db")
        truth = set(true_pairs(made, mirror))
        result = match(mirror.facts())
        pairs = {(pair.key_a, pair.key_b) for pair in result.pairs}
        found, right, true = found + len(pairs), right + len(pairs & truth), true + len(truth)
        assert max(len(one.members) for one in result.sets) <= 8
        mirror.close()
    assert right / found >= 0.95
    assert right / true >= 0.9
