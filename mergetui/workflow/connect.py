"""Sign in, sign out, and the pin of both orgs (design rule 10)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mergetui import errors
from mergetui.config import DEMO, paths, profile_names
from mergetui.records.clock import local_now
from mergetui.records.crm import Crm, OrgIdentity
from mergetui.workflow.office import Office

if TYPE_CHECKING:
    from pathlib import Path

    from mergetui.crm.grants import OAuthApp

NAMES: dict[Crm, str] = {"salesforce": "Salesforce", "hubspot": "HubSpot"}


def require_profile(profile: str, *, new_with_tokens: bool = False) -> None:
    """Raises Problem for a profile that is neither in profiles.toml nor has any file: most likely a typing error.

    ``new_with_tokens``: a new one may begin where a scheduler's tokens take the sign-in's place.
    """
    names = {"default", DEMO, *profile_names()}
    found = paths(profile)
    if profile in names or any(_has_files(folder) for folder in (found.data, found.state)):
        return
    if new_with_tokens and all(os.environ.get(f"MERGETUI_{crm.upper()}_TOKEN") for crm in NAMES):
        return
    if found.data.parent.is_dir():
        names |= {folder.name for folder in found.data.parent.iterdir() if _has_files(folder)}
    raise errors.Problem(
        f"There is no profile {profile}; known: {', '.join(sorted(names))}.",
        "Nothing was done.",
        f"`mergetui --profile {profile} login salesforce` would make it, once {found.config_file} names its app.",
    )


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def environment_tokens(office: Office, crm: Crm) -> bool:
    """Whether a scheduler's token takes the sign-in's place. Raises Usage for half a setting."""
    from mergetui.crm.tokens import tokens_from_environment

    return office.profile != DEMO and tokens_from_environment(crm, os.environ) is not None


@contextmanager
def keyring_needed(not_done: str) -> Iterator[None]:
    """A missing or locked keyring is told with what was not done here."""
    try:
        yield
    except errors.NoKeyring as problem:
        raise errors.NoKeyring(problem.happened, not_done, problem.todo) from problem


def ready_to_sign_in(office: Office, crm: Crm) -> None:
    """Look at the profile and at the keyring before a person is asked for anything. Raises Usage or NoKeyring."""
    app_of(office, crm)
    office.token_store().read(crm)


def app_of(office: Office, crm: Crm, hubspot_secret: str = "") -> OAuthApp:
    """The admin's own app, as the profile names it. Raises Usage telling what to write into the profile."""
    from mergetui.crm.oauth import hubspot_app, salesforce_app

    config = office.config
    client_id = config.salesforce_client_id if crm == "salesforce" else config.hubspot_client_id
    if not client_id:
        raise errors.Usage(
            f"The profile {office.profile} names no {NAMES[crm]} app.",
            "You are not signed in.",
            f'Write {crm}_client_id = "…" under [{office.profile}] in {office.paths.config_file}; '
            "the README tells how to make the app.",
        )
    if crm == "salesforce":
        return salesforce_app(client_id, login_url=config.salesforce_login_url)
    return hubspot_app(client_id, hubspot_secret, app_url=config.hubspot_app_url, api_url=config.hubspot_api_url)


async def login(office: Office, app: OAuthApp, open_browser: Callable[[str], Any]) -> OrgIdentity:
    """Sign in, store the token, read and pin the org. Raises errors.Problem; the token is kept only when the org is
    the pinned one, or the first."""
    from mergetui.crm.oauth import sign_in

    store = office.token_store()
    before = store.read(app.crm)
    token = await sign_in(app, open_browser=open_browser)
    store.write(token)
    try:
        org = await identity(office, app.crm)
        pin(office, org)
    except errors.WrongOrg:
        if before is not None:
            store.write(before)
        else:
            store.delete(app.crm)
        raise
    return org


async def identity(office: Office, crm: Crm) -> OrgIdentity:
    client = office.salesforce() if crm == "salesforce" else office.hubspot()
    try:
        return await client.identity()
    finally:
        await client.aclose()


def pin(office: Office, org: OrgIdentity) -> None:
    """The first sign-in pins the org to the profile; later ones must match. Raises WrongOrg."""
    from mergetui.merging.reading import check_orgs

    pins: dict[str, str] = office.ledger.setting("pins") or {}
    orgs: dict[str, dict[str, Any]] = office.ledger.setting("orgs") or {}
    other_crm: Crm = "hubspot" if org.crm == "salesforce" else "salesforce"
    known = orgs.get(other_crm)
    if known is not None:
        other = OrgIdentity(other_crm, known["id"], known["name"], known["production"])
        pair = (org, other) if org.crm == "salesforce" else (other, org)
        check_orgs(*pair, pins)
    elif pins.get(org.crm, org.id) != org.id:
        check_orgs(org, org, pins)
    office.ledger.set_setting("pins", {**pins, org.crm: org.id})
    office.ledger.set_setting(
        "orgs",
        {**orgs, org.crm: {"id": org.id, "name": org.name, "production": org.production, "ui_url": org.ui_url}},
    )


def pair_words(office: Office) -> tuple[str, str, str]:
    """(question, Salesforce's name, HubSpot's name). Raises NotSignedIn before both orgs are known."""
    orgs: dict[str, dict[str, Any]] = office.ledger.setting("orgs") or {}
    if set(orgs) != {"salesforce", "hubspot"}:
        raise errors.NotSignedIn(
            "Both CRMs must be signed in before they can be paired.", "Nothing was confirmed.", "Run `mergetui login`."
        )
    left, right = orgs["salesforce"], orgs["hubspot"]
    kinds = ["PRODUCTION" if org["production"] else "sandbox" for org in (left, right)]
    question = (
        f"Salesforce “{left['name']}” ({left['id']}, {kinds[0]}) and HubSpot “{right['name']}” ({kinds[1]}) will be"
        " merged in together. Copies of an org share its record ids: only you can know that these two belong together."
    )
    return question, left["name"], right["name"]


def confirm_pair(office: Office, typed: tuple[str, str], how: str = "typed") -> str:
    """Put the pair on record. Raises Problem when the names are not the two orgs' names."""
    _, left, right = pair_words(office)
    if tuple(name.strip().casefold() for name in typed) != (left.casefold(), right.casefold()):
        raise errors.Problem("These are not the two names.", "Nothing was confirmed.", "Run `mergetui pair` again.")
    orgs: dict[str, dict[str, Any]] = office.ledger.setting("orgs")
    ids = {crm: org["id"] for crm, org in orgs.items()}
    office.ledger.set_setting("pair", {**ids, "how": how, "at": local_now()})
    return f"{left} and {right} are on record as one pair."


def require_pair(office: Office) -> None:
    """Raises WrongOrg before a confirmation is even shown, as the runner would before the merge."""
    from mergetui.merging.preflight import check_pair

    pins: dict[str, str] = office.ledger.setting("pins") or {}
    check_pair(office.ledger.setting("pair"), pins.get("salesforce", ""), pins.get("hubspot", ""))


async def logout(office: Office, crm: Crm) -> str:
    """Revoke and forget the token. The pin stays: it belongs to the profile, not to the sign-in."""
    from mergetui.crm.http import open_client
    from mergetui.crm.oauth import revoke

    store = office.token_store()
    stored = store.read(crm)
    if stored is None:
        return f"You were not signed in to {NAMES[crm]}."
    client = open_client()
    told = ""
    try:
        await revoke(stored, client=client)
    except errors.Problem as problem:
        told = f" {NAMES[crm]} could not be told ({problem.happened}); end the session there by hand if that matters."
    finally:
        await client.aclose()
    store.delete(crm)
    return f"Signed out of {NAMES[crm]}; the token is deleted here.{told}"
