"""How careless the hands are that write invented people down: one profile per kind of CRM."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Profile:
    """Rates are shares of records unless said otherwise."""

    name: str
    copies: tuple[float, ...] = (55, 30, 10, 4, 1)
    """Weights of one, two, … records per human."""
    wide: float = 0.5
    """Share of people named from faker's pools."""
    middle: float = 0.1
    missing: dict[str, float] = field(default_factory=dict)
    nickname: float = 0.12
    initial: float = 0.05
    name_typo: float = 0.06
    swapped: float = 0.02
    script: float = 0.2
    """Of people with a script of their own: written in the other one."""
    unaccented: float = 0.15
    loud: float = 0.08
    maiden: float = 0.02
    double: float = 0.3
    """Of double surnames: only one is written."""
    whole_name: float = 0.01
    titled: float = 0.02
    private: float = 0.35
    """The e-mail is a private one."""
    role: float = 0.03
    alias: float = 0.05
    mistyped: float = 0.04
    other_pattern: float = 0.1
    private_free: float = 0.6
    """Of private mailboxes: called after something else than the full name or carrying a number."""
    switchboard: float = 0.25
    extension: float = 0.1
    reformat: float = 0.6
    phone_slot: float = 0.2
    """Mobile in the phone field or the other way round."""
    phone_typo: float = 0.02
    other_phone: float = 0.1
    job_change: float = 0.15
    """Of humans."""
    company_variant: float = 0.4
    company_size: float = 12.0
    """People per company on average; sizes are skewed."""
    home: float = 0.15
    """The address is the private one."""
    street_variant: float = 0.4
    moved: float = 0.08
    families: float = 0.06
    """Of humans: live in one house with another of that surname."""
    family_mail: float = 0.25
    placeholder: float = 0.02
    suffix: float = 0.01
    title_variant: float = 0.4
    thin: float = 0.12
    """Only a name and an e-mail, and sometimes the company."""
    synced: float = 0.2
    """Copied from the human's record before, with what was entered since changed or missing."""
    traps: float = 0.08
    """Of humans: followed by somebody who is easily taken for them (see TRAPS)."""


TRAPS = (
    "namesake at the firm", "first name at the firm", "first name at the firm", "first name at the firm",
    "first name at the firm", "surname at the firm", "junior", "house", "house", "house",
)  # fmt: skip

MISSING = {
    "salutation": 0.6, "first_name": 0.03, "last_name": 0.01, "email": 0.12, "secondary_email": 0.9, "phone": 0.35,
    "mobile": 0.55, "company": 0.15, "title": 0.35, "website": 0.7, "street": 0.5, "city": 0.3, "state": 0.6,
    "postal_code": 0.5, "country": 0.25, "lead_source": 0.3,
}  # fmt: skip


def _m(**rates: float) -> dict[str, float]:
    return {**MISSING, **rates}


PROFILES = {
    one.name: one
    for one in (
        Profile("office", missing=_m()),
        Profile("narrow", missing=_m(), wide=0.0, copies=(40, 35, 15, 7, 3), families=0.1, middle=0.04, traps=0.12),
        Profile(
            "sparse",
            thin=0.3, synced=0.05,
            missing=_m(email=0.3, phone=0.6, mobile=0.75, company=0.3, street=0.85, city=0.6, postal_code=0.8,
                       country=0.5, title=0.6, first_name=0.06),
            copies=(60, 30, 8, 2), wide=0.6,
        ),
        Profile(
            "dirty",
            synced=0.05,
            missing=_m(email=0.2), nickname=0.2, name_typo=0.16, swapped=0.05, mistyped=0.09, alias=0.12,
            phone_typo=0.05, company_variant=0.7, street_variant=0.7, placeholder=0.06, initial=0.08, maiden=0.05,
            job_change=0.25, loud=0.15, title_variant=0.7, traps=0.08, wide=0.4, copies=(45, 35, 14, 5, 1),
        ),
        Profile(
            "forms",
            thin=0.25, missing=_m(phone=0.6, mobile=0.5, company=0.55, street=0.75, title=0.7, website=0.95, city=0.5),
            private=0.75, role=0.01, switchboard=0.1, home=0.6, copies=(65, 25, 7, 3), wide=0.8, families=0.1,
            job_change=0.05,
        ),
        Profile(
            "enterprise",
            synced=0.4,
            missing=_m(email=0.08, phone=0.2, company=0.05, street=0.3, city=0.15, postal_code=0.3, title=0.2),
            private=0.12, switchboard=0.5, company_size=60.0, home=0.02, job_change=0.25, role=0.05, wide=0.3,
            other_pattern=0.2, traps=0.12, copies=(50, 35, 10, 5),
        ),
        Profile(
            "rich",
            thin=0.0, synced=0.1,
            missing=_m(email=0.04, phone=0.1, mobile=0.3, company=0.06, street=0.15, city=0.08, postal_code=0.15,
                       country=0.05, title=0.1, secondary_email=0.7, salutation=0.3),
            copies=(70, 24, 5, 1), wide=0.5, name_typo=0.1, nickname=0.15, mistyped=0.06, other_phone=0.2,
            moved=0.15, private=0.4, traps=0.1,
        ),
        # kept out of fitting: only the last word on the others' fit
        Profile(
            "unseen",
            thin=0.2, synced=0.15,
            missing=_m(email=0.18, phone=0.4, mobile=0.45, company=0.22, street=0.6, city=0.35, postal_code=0.45,
                       country=0.35, title=0.45, first_name=0.02, secondary_email=0.85),
            copies=(58, 27, 9, 4, 2), nickname=0.16, name_typo=0.09, swapped=0.03, private=0.45, switchboard=0.35,
            company_size=25.0, job_change=0.2, role=0.04, wide=0.25, families=0.08, traps=0.09, mistyped=0.05,
            alias=0.08,
        ),
    )
}  # fmt: skip
