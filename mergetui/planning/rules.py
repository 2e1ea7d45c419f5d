"""What a profile may change about planning."""

from __future__ import annotations

from dataclasses import dataclass

from mergetui.records.crm import Crm

VALUABLE = ("deal", "ticket", "meeting", "call", "reply", "form", "sequence", "static list", "click")


@dataclass(frozen=True, slots=True)
class Protect:
    """People whom nobody merges: those whose field holds this value."""

    crm: Crm
    field: str
    """Salesforce API name or HubSpot property."""
    value: str = ""
    """Empty: any value but blank and false. Of a multi-select one of its values is enough."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    valuable: tuple[str, ...] = VALUABLE
    """Kinds of HubSpot activity on a loser that need an acknowledgement; opens and page views alone only inform."""
    valuable_days: int = 365
    touch_field: str = ""
    """A Salesforce field that mergetui may stamp after a merge to start a sync pass."""
    protect: tuple[Protect, ...] = ()
    free_mail: tuple[str, ...] = (
        "gmail", "googlemail", "outlook", "hotmail", "live", "yahoo", "icloud", "gmx", "web", "aol", "proton",
        "protonmail", "mail", "yandex", "qq", "163", "126", "naver", "seznam", "wp", "o2", "orange", "free", "libero",
    )  # fmt: skip
    """First label of a mail domain that makes an address a private one."""
