"""What can be done to HubSpot beside contacts: one frozen dataclass per event. ``portal_work.play`` plays them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mergetui.twin.portal import Property

Types = tuple[tuple[str, int], ...]
"""(category, association type id) of each wanted label; empty: the plain association, or all of them."""


@dataclass(frozen=True, slots=True)
class CreateObject:
    kind: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UpdateObject:
    kind: str
    id: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ArchiveObject:
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class MergeObjects:
    kind: str
    primary_id: str
    secondary_id: str


@dataclass(frozen=True, slots=True)
class Associate:
    kind: str
    id: str
    to_kind: str
    to_id: str
    types: Types = ()


@dataclass(frozen=True, slots=True)
class Dissociate:
    """Without ``types`` everything between the two ends, else only these labels."""

    kind: str
    id: str
    to_kind: str
    to_id: str
    types: Types = ()


@dataclass(frozen=True, slots=True)
class MakeLabel:
    """A USER_DEFINED label for a pair of object types, with its inverse when that is named differently."""

    kind: str
    to_kind: str
    label: str
    inverse: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLabel:
    """Rename a USER_DEFINED label of one direction, or (without ``label``) remove it in both."""

    kind: str
    to_kind: str
    number: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class CreateList:
    name: str
    processing: str


@dataclass(frozen=True, slots=True)
class RenameList:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class DeleteList:
    id: str


@dataclass(frozen=True, slots=True)
class RestoreList:
    id: str


@dataclass(frozen=True, slots=True)
class SaveProperty:
    """Make a property, change one, or archive one (``archived_at`` set)."""

    kind: str
    spec: Property
    new: bool = False


@dataclass(frozen=True, slots=True)
class SaveGroup:
    kind: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class ForgetContact:
    """GDPR deletion."""

    id: str


PortalEvent = (
    CreateObject
    | UpdateObject
    | ArchiveObject
    | MergeObjects
    | Associate
    | Dissociate
    | MakeLabel
    | ChangeLabel
    | CreateList
    | RenameList
    | DeleteList
    | RestoreList
    | SaveProperty
    | SaveGroup
    | ForgetContact
)
