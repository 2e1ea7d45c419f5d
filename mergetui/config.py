"""Profiles: one TOML file a person may edit, and the folders of each platform.

``profiles.toml`` in the config folder::

    [acme]
    salesforce_login_url = "https://acme.my.salesforce.com"
    salesforce_client_id = "3MVG9…"
    hubspot_client_id = "1b2c…"
    valuable_activity = ["deal", "ticket", "meeting", "call", "reply", "form", "sequence", "static list", "click"]
    delete_on_sync_contacts = "on"
    snapshot_days = 365

    [acme.mapping]
    jobtitle = "prefer_salesforce"
    nps_score = { contact = "NPS__c", rule = "always_salesforce" }

    [[acme.protect]]
    field = "Legal_Hold__c"
    why = "legal hold"

No secret stands here: tokens and the HubSpot client secret live in the OS keyring.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mergetui import errors

if TYPE_CHECKING:
    from mergetui.config_model import Profile

DEMO = "demo"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")


@dataclass(frozen=True, slots=True)
class Paths:
    """Where one profile keeps its files. Folders are made by those who write."""

    config_file: Path
    data: Path
    state: Path

    @property
    def ledger(self) -> Path:
        return self.data / "ledger.db"

    @property
    def mirror(self) -> Path:
        return self.data / "mirror.db"

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"

    @property
    def runner_lock(self) -> Path:
        return self.data / "runner.lock"

    @property
    def pair_mark(self) -> Path:
        return self.data / "pair.mark"

    @property
    def runner_log(self) -> Path:
        return self.state / "runner.log"

    @property
    def demo_tokens(self) -> Path:
        return self.state / "tokens.json"

    @property
    def sandbox_json(self) -> Path:
        return self.state / "sandbox.json"


def paths(profile: str) -> Paths:
    """The files of a profile. Raises Usage for a name that is no safe folder name.

    ``MERGETUI_HOME`` puts config, data and state into one folder.
    """
    if not _NAME.fullmatch(profile):
        raise errors.Usage(
            f"{profile[:60]!r} is not a profile name.",
            "Nothing was opened.",
            "Use letters, digits, dot, dash, underscore.",
        )
    home = os.environ.get("MERGETUI_HOME")
    if home:
        base = Path(home).expanduser()
        return Paths(base / "profiles.toml", base / "data" / profile, base / "state" / profile)
    import platformdirs

    return Paths(
        platformdirs.user_config_path("mergetui") / "profiles.toml",
        platformdirs.user_data_path("mergetui") / profile,
        platformdirs.user_state_path("mergetui") / profile,
    )


def profile_names() -> list[str]:
    return sorted(_all(paths("default").config_file))


def load(profile: str) -> Profile:
    """The settings of a profile; defaults when the file does not name it. Raises Usage saying which line is wrong."""
    from pydantic import ValidationError

    from mergetui.config_model import Profile

    file = paths(profile).config_file
    raw = _all(file).get(profile, {})
    try:
        return Profile.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise errors.Usage(
            f"{file}: [{profile}] {where}: {first['msg']}.",
            "The profile was not used.",
            "Correct this line and try again.",
        ) from None


def _all(file: Path) -> dict[str, dict[str, object]]:
    import tomllib

    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise errors.Usage(f"{file} cannot be read ({type(error).__name__}).", "No profile was used.", "") from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise errors.Usage(
            f"{file} is not valid TOML: {error}.", "No profile was used.", "Correct the file and try again."
        ) from None
    return {name: table for name, table in found.items() if isinstance(table, dict)}
