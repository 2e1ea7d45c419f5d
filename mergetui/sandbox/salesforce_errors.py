"""Error bodies of Salesforce's REST API, and what every handler reads first (facts/salesforce.md §3)."""

from __future__ import annotations

from typing import Any

from mergetui.sandbox.web import Call, Reply, json_reply
from mergetui.twin.duplicates import DuplicatesDetected, RuleResult
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import ObjectInfo, find

OLDEST, NEWEST = 31, 68
"""The versions every org lists; what came before them is retired (facts/salesforce.md §1)."""
WELL_SPELT_FROM = 52
RETIRED = 20
"""The first version REST ever had."""
MISSING = "The requested resource does not exist"
V = r"/services/data/v{v:\d+\.0}"


def error(code: str, message: str, status: int = 400, fields: tuple[str, ...] | None = None) -> Reply:
    """REST errors are an array of one. Errors of saves have ``fields`` even when it is empty."""
    found: dict[str, Any] = {"message": message, "errorCode": code}
    if fields is not None:
        found["fields"] = list(fields)
    return json_reply([found], status)


def refusal_reply(refusal: SalesforceRefusal, *, saving: bool, version: str) -> Reply:
    if isinstance(refusal, DuplicatesDetected):
        shown = {
            _duplicate_member(version): _duplicate(refusal.results, version),
            "message": refusal.message,
            "errorCode": refusal.code,
        }
        return json_reply([shown], 400)
    fields = refusal.fields if refusal.fields or saving else None
    return error(refusal.code, refusal.message, refusal.status, fields)


def save_error(refusal: SalesforceRefusal, version: str) -> dict[str, Any]:
    """An entry of ``errors`` in a save result."""
    found: dict[str, Any] = {
        "statusCode": refusal.code,
        "message": refusal.message,
        "fields": list(refusal.fields),
    }
    if isinstance(refusal, DuplicatesDetected):
        found[_duplicate_member(version)] = _duplicate(refusal.results, version)
    return found


def _duplicate_member(version: str) -> str:
    """The REST guides misspell it, and so do answers of v51; clients of v60 read it well spelt. Where between the two
    it changed is unconfirmed."""
    return "duplicateResult" if int(version[1:].partition(".")[0]) >= WELL_SPELT_FROM else "duplicateResut"


def _duplicate(results: tuple[RuleResult, ...], version: str) -> dict[str, Any]:
    """What the first rule that found something says."""
    first = next((one for one in results if one.matches), results[0])
    return {
        "allowSave": first.allow_save,
        "duplicateRule": first.rule,
        "duplicateRuleEntityType": first.object,
        "errorMessage": "Use one of these records?",
        "matchResults": [
            {
                "entityType": result.matched_object,
                "errors": [],
                "matchEngine": "FuzzyMatchEngine",
                "matchRecords": [
                    {
                        "additionalInformation": [],
                        "fieldDiffs": [],
                        "matchConfidence": match.confidence,
                        "record": {
                            "attributes": {
                                "type": match.row.object,
                                "url": f"/services/data/{version}/sobjects/{match.row.object}/{match.row.id}",
                            },
                            "Id": match.row.id,
                        },
                    }
                    for match in result.matches
                ],
                "rule": result.matching_rule,
                "size": len(result.matches),
                "success": True,
            }
            for result in results
            if result.matches
        ],
    }


def not_found(message: str = MISSING) -> SalesforceRefusal:
    return SalesforceRefusal("NOT_FOUND", message, status=404)


def version_of(call: Call) -> str:
    """``v68.0``. Raises 410 for a retired version, NOT_FOUND for one that never was."""
    number = int(call.params["v"].partition(".")[0])
    if RETIRED <= number < OLDEST:
        raise SalesforceRefusal("UNSUPPORTED_API_VERSION", "Unsupported API version", status=410)
    if not OLDEST <= number <= NEWEST:
        raise not_found()
    return f"v{call.params['v']}"


def object_of_path(call: Call) -> ObjectInfo:
    """The object named in the path, in any spelling. Raises NOT_FOUND."""
    found = find(call.params["object"])
    if found is None or found.name == "Name":
        raise not_found()
    return found
