"""The consent page of both CRMs: one plain form that a program can follow, and the way back to the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from mergetui.sandbox.web import Reply, text_reply


def consent_page(who: str, action: str, asked: Mapping[str, str], scopes: Sequence[str]) -> Reply:
    """Everything asked travels through hidden inputs; the buttons are ``decision`` = ``allow`` | ``deny``."""
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
    )
    wishes = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    return text_reply(
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Allow access?</title></head>
<body><h1>Allow mergetui to use {escape(who)}?</h1><p>It asks for:</p><ul>{wishes}</ul>
<form method="post" action="{escape(action)}">
{hidden}
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form></body></html>
"""
    )


def refusal_page(error: str, description: str) -> Reply:
    """An error that must not travel to a redirect which cannot be trusted."""
    return text_reply(
        f"<!doctype html><html><body><p>error={escape(error)}&amp;error_description={escape(description)}</p>"
        "</body></html>\n",
        400,
    )


def leave(asked: Mapping[str, str], **answer: str) -> Reply:
    """Back to the app's redirect URI, the state with it."""
    query = {**answer, **({"state": asked["state"]} if "state" in asked else {})}
    return Reply(302, b"", {"Location": f"{asked['redirect_uri']}?{urlencode(query)}", "Cache-Control": "no-store"})
