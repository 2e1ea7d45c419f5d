"""The links in the mirror: how many are in which state, and those that want a look."""

from __future__ import annotations

from dataclasses import dataclass

from mergetui.store.database import Database


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One live HubSpot contact with a link that is not active. ``synced_at`` 0: never."""

    key: str
    state: str
    first_name: str
    last_name: str
    email: str
    salesforce_id: str
    hubspot_id: str
    synced_at: int


class Links:
    """The links of one mirror. A contact's own ``link_state`` counts where a person does not say more."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def counts(self) -> dict[str, int]:
        """State → live HubSpot contacts; ``none`` holds no Salesforce id at all."""
        return dict(
            self._db.all(
                "SELECT p.link, count(*) FROM persons p JOIN hubspot h ON h.id=p.hubspot_id WHERE NOT h.archived"
                " GROUP BY p.link"
            )
        )

    def wanting(self, limit: int) -> list[LinkEnd]:
        """Those that are neither active nor absent, the worst state first."""
        rows = self._db.all(
            "SELECT p.key, p.link, h.first_name, h.last_name, h.email,"
            " coalesce(nullif(h.contact_link,''), h.lead_link), h.id, h.synced_at"
            " FROM persons p JOIN hubspot h ON h.id=p.hubspot_id"
            " WHERE NOT h.archived AND p.link NOT IN ('active','none')"
            " ORDER BY CASE p.link WHEN 'orphaned' THEN 0 WHEN 'mismatched' THEN 1 WHEN 'stale' THEN 2 ELSE 3 END,"
            " h.last_name, h.id LIMIT ?",
            (limit,),
        )
        return [LinkEnd(*row) for row in rows]
