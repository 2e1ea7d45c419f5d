from __future__ import annotations

from email.utils import formatdate

import httpx
import pytest

from mergetui.crm.tokens import Token
from mergetui.crm.transport import Request
from mergetui.crm.wire import tidy
from mergetui.errors import CrmProblem, Expired, Limited, Missing, NotSignedIn, Refused, Unknown, Unreachable
from tests.crm.crm_support import BASE, ChangingTokens, Script, transport

READ = Request("GET", "/things", "read a thing", idempotent=True)
WRITE = Request("POST", "/things", "change a thing", json={"a": 1})
OK = httpx.Response(200, json={"ok": 1})


async def test_a_read_is_repeated_after_a_cut_and_a_503() -> None:
    script = Script(httpx.ReadError("cut"), httpx.Response(503), httpx.ConnectError("no"), OK)
    made, sleeps = transport("hubspot", script)
    assert (await made.call(READ)).data() == {"ok": 1}
    assert len(script.requests) == 4
    assert sleeps == sorted(sleeps) and 0.5 <= sleeps[0] < 1 and 2 <= sleeps[2] < 3


async def test_a_read_gives_up_after_four_tries() -> None:
    script = Script(httpx.Response(502))
    made, sleeps = transport("salesforce", script)
    with pytest.raises(CrmProblem) as caught:
        await made.call(READ)
    assert caught.value.status == 502 and not isinstance(caught.value, Unknown)
    assert len(script.requests) == 4 and len(sleeps) == 3


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError("refused"), Unreachable),
        (httpx.ConnectTimeout("slow"), Unreachable),
        (httpx.ReadTimeout("slow"), Unknown),
        (httpx.ReadError("cut"), Unknown),
        (httpx.RemoteProtocolError("closed"), Unknown),
        (httpx.WriteError("cut"), Unknown),
        (httpx.Response(500), Unknown),
        (httpx.Response(503, headers={"Retry-After": "1"}), Unknown),
        (httpx.Response(408), Unknown),
        (httpx.Response(400, json=[{"errorCode": "STRING_TOO_LONG", "message": "x", "fields": ["Title"]}]), Refused),
        (httpx.Response(404, json=[{"errorCode": "NOT_FOUND", "message": "x"}]), Missing),
        (httpx.Response(423), Refused),
        (httpx.Response(429), Limited),
        (httpx.Response(302, headers={"Location": "/login"}), Refused),
    ],
)
async def test_a_write_is_sent_once_and_its_error_says_what_is_proven(failure: object, kind: type[Exception]) -> None:
    script = Script(failure)  # type: ignore[arg-type]
    made, sleeps = transport("salesforce", script)
    with pytest.raises(CrmProblem) as caught:
        await made.call(WRITE)
    assert type(caught.value) is kind
    assert len(script.requests) == 1 and sleeps == []
    assert caught.value.happened and caught.value.not_done and caught.value.todo


async def test_a_refused_token_is_renewed_once_and_the_write_repeated() -> None:
    script = Script(httpx.Response(401, json=[{"errorCode": "INVALID_SESSION_ID", "message": "x"}]), OK)
    tokens = ChangingTokens()
    made, _ = transport("salesforce", script, tokens=tokens)
    await made.call(WRITE)
    assert tokens.refused == ["t1"]
    assert [request.headers["authorization"] for request in script.requests] == ["Bearer t1", "Bearer t2"]


async def test_a_fresh_token_refused_as_well_ends_it() -> None:
    script = Script(httpx.Response(401))
    made, _ = transport("hubspot", script, tokens=ChangingTokens())
    with pytest.raises(Expired, match="mergetui login hubspot"):
        await made.call(READ)
    assert len(script.requests) == 2


async def test_a_given_token_that_ends_says_which_variable_to_change() -> None:
    made, _ = transport("hubspot", Script(httpx.Response(401)))
    with pytest.raises(Expired, match="MERGETUI_HUBSPOT_TOKEN"):
        await made.call(READ)


async def test_a_burst_limit_is_waited_for_as_long_as_it_says() -> None:
    limited = httpx.Response(429, headers={"Retry-After": "7"}, json={"policyName": "TEN_SECONDLY_ROLLING"})
    made, sleeps = transport("hubspot", Script(limited, OK))
    await made.call(READ)
    assert sleeps == [7.0]


@pytest.mark.parametrize(
    ("crm", "answer", "daily"),
    [
        ("hubspot", httpx.Response(429, json={"message": "daily limit", "policyName": "DAILY"}), True),
        ("hubspot", httpx.Response(429, headers={"Retry-After": "900"}), False),
        ("hubspot", httpx.Response(477, headers={"Retry-After": "86400"}), False),
        ("salesforce", httpx.Response(403, json=[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "Total"}]), True),
    ],
)  # fmt: skip
async def test_a_limit_that_lasts_is_not_waited_for(crm: str, answer: httpx.Response, daily: bool) -> None:
    made, sleeps = transport(crm, Script(answer))
    with pytest.raises(Limited) as caught:
        await made.call(READ)
    assert caught.value.daily is daily and sleeps == []


async def test_concurrent_requests_are_no_daily_limit() -> None:
    busy = httpx.Response(
        403,
        json=[
            {"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests (Concurrent API) Limit exceeded."}
        ],
    )
    made, sleeps = transport("salesforce", Script(busy, OK))
    await made.call(READ)
    assert len(sleeps) == 1


async def test_the_crm_clock_follows_its_date_header_also_after_a_jump() -> None:
    local = [1_795_000_000_000]
    dates = (formatdate(1_795_000_000 + ahead, usegmt=True) for ahead in (10, 10, 3610))
    made, _ = transport(
        "salesforce", lambda _: httpx.Response(200, headers={"Date": next(dates)}), clock=lambda: local[0]
    )
    assert made.now() == local[0]
    await made.call(READ)
    first = made.now() - local[0]
    assert abs(first - 10_000) <= 500
    local[0] += 900
    await made.call(READ)  # the same second 0.9 s later: the offset lies between 10.0 s and 10.1 s
    assert 10_000 <= made.now() - local[0] <= 10_100
    await made.call(READ)
    assert abs(made.now() - local[0] - 3_610_000) <= 1_500


async def test_usage_is_read_from_either_crm() -> None:
    answer = httpx.Response(200, headers={"Sforce-Limit-Info": "api-usage=18/100; per-app-api-usage=1/250(appName=x)"})
    made, _ = transport("salesforce", Script(answer))
    assert made.usage == ""
    await made.call(READ)
    assert made.usage == "API 82 %" and made.calls_left == pytest.approx(0.82)
    made, _ = transport(
        "hubspot",
        Script(httpx.Response(200, headers={"X-HubSpot-RateLimit-Max": "100", "X-HubSpot-RateLimit-Remaining": "93"})),
    )
    await made.call(READ)
    assert made.usage == "API 93 %"


async def test_errors_hold_no_token_no_address_and_no_escape_codes() -> None:
    evil = "bad \x1b]52;c;aGk=\x07 Bearer abcdef 00D000000000001!AQ.secret ana@example.com \u202eevil"
    made, _ = transport("salesforce", Script(httpx.Response(400, json=[{"errorCode": "X", "message": evil}])))
    with pytest.raises(Refused) as caught:
        await made.call(WRITE)
    text = str(caught.value)
    for secret in ("abcdef", "secret", "ana@", "\x1b", "\x07", "\u202e"):
        assert secret not in text
    assert BASE not in text
    assert len(tidy("x" * 40_000)) == 300


async def test_a_missing_scope_is_named() -> None:
    body = {
        "status": "error", "category": "MISSING_SCOPES", "message": "no",
        "errors": [{"message": "m", "context": {"requiredGranularScopes": ["crm.lists.read"]}}],
    }  # fmt: skip
    made, _ = transport("hubspot", Script(httpx.Response(403, json=body)))
    with pytest.raises(Refused, match=r"missing scope: crm\.lists\.read") as caught:
        await made.call(READ)
    assert caught.value.code == "MISSING_SCOPES"


async def test_a_lone_surrogate_is_sent_as_data_and_no_crash() -> None:
    script = Script(OK)
    made, _ = transport("hubspot", script)
    await made.call(Request("PATCH", "/things", "change", json={"name": "\ud800 Åsa"}))
    assert script.requests[0].content == b'{"name": "\\ud800 \\u00c5sa"}'
    assert script.requests[0].headers["content-type"] == "application/json"


async def test_an_urgent_call_asks_nobody_for_a_token_it_has() -> None:
    class Asked(ChangingTokens):
        times = 0

        async def token(self, *, min_life_s: float = 0) -> Token:
            self.times += 1
            return Token("t1", BASE, expires_at=1_000_000 + 60_000)

    tokens = Asked()
    made, _ = transport("hubspot", Script(OK), tokens=tokens)
    urgent = Request("POST", "/things", "merge", urgent=True)
    await made.token(min_life_s=300)
    await made.call(urgent)
    assert tokens.times == 1
    await made.call(WRITE)
    assert tokens.times == 2


async def test_a_write_whose_token_cannot_be_renewed_is_a_definite_refusal() -> None:
    class Gone(ChangingTokens):
        async def renew(self, refused: str) -> Token:
            raise NotSignedIn("You are not signed in.")

    made, _ = transport("hubspot", Script(httpx.Response(401)), tokens=Gone())
    with pytest.raises(Expired):
        await made.call(WRITE)
    with pytest.raises(NotSignedIn):
        await made.call(READ)
