"""SOAP's own operations: merge, undelete, convertLead, findDuplicates (facts/salesforce.md §5 to §8)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.soap_reading import Options, Request, SObject, child, flag, local, sobject, text, texts
from mergetui.sandbox.soap_saving import check_names, limited, save_all, values_of
from mergetui.sandbox.soap_writing import (
    SoapFault,
    duplicate_result,
    element,
    errors,
    merge_result,
)
from mergetui.twin.duplicates import RULES, Matcher, RuleResult
from mergetui.twin.events import ConvertLead, MergeRows, UndeleteRow
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import long_id, object_of

MOST_CONVERSIONS = 100
MOST_LOOKED_UP = 50


class Calls:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def merge(self, request: Request) -> str:
        """Every child is one request with a transaction of its own; ``request``, ``mergeRequests`` … are one."""
        items = list(request.items())
        limited(len(items))
        parsed = [_merge_request(item) for item in items]
        for record, _, _ in parsed:
            check_names(self._sandbox, record)
        found = ""
        for record, losers, information in parsed:
            event = MergeRows(
                record.type,
                record.id,
                losers,
                values_of(record),
                record.nulls,
                information,
                request.options.allow_save,
                request.options.truncate,
            )
            try:
                merged = self._sandbox.apply(event)
            except SalesforceRefusal as refusal:
                found += merge_result(None, (), (), errors(refusal, details=request.options.record_details))
                continue
            found += merge_result(merged.id, merged.merged_ids, merged.related_ids)
        return found

    def undelete(self, request: Request) -> str:
        ids = texts(request.body, "ids")
        limited(len(ids))
        return save_all(self._sandbox, [UndeleteRow(given) for given in ids], request.options)

    # leads ----------------------------------------------------------------------------------------------------

    def convert_lead(self, request: Request) -> str:
        items = list(request.items())
        if len(items) > MOST_CONVERSIONS:
            raise SoapFault(
                "EXCEEDED_LEAD_CONVERT_LIMIT", f"cannot convert more than {MOST_CONVERSIONS} leads in one call"
            )
        return "".join(self._converted(_conversion(item, request.options)) for item in items)

    def _converted(self, event: ConvertLead) -> str:
        """LeadConvertResult: accountId, contactId, errors*, leadId, opportunityId, relatedPersonAccountId?, success."""
        try:
            done = self._sandbox.apply(event)
        except SalesforceRefusal as refusal:
            return (
                f"<result>{element('accountId', None)}{element('contactId', None)}{errors(refusal)}"
                f"{element('leadId', long_id(event.lead_id) or None)}{element('opportunityId', None)}"
                f"{element('success', False)}</result>"
            )
        person = element("relatedPersonAccountId", done.person_account_id) if done.person_account_id else ""
        return (
            f"<result>{element('accountId', done.account_id)}{element('contactId', done.contact_id)}"
            f"{element('leadId', done.lead_id)}{element('opportunityId', done.opportunity_id)}{person}"
            f"{element('success', True)}</result>"
        )

    # duplicates -----------------------------------------------------------------------------------------------

    def find_duplicates_by_ids(self, request: Request) -> str:
        """One result per id; every active rule answers, also with nothing found."""
        ids = [long_id(given) for given in texts(request.body, "ids")]
        self._lookups(ids)
        state = self._sandbox.world.state
        matcher = Matcher(state)
        found = ""
        for key in ids:
            row = state.alive(key)
            if row is None:
                refusal = SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
                found += f"<result>{errors(refusal)}{element('success', False)}</result>"
                continue
            results = matcher.results(row.object, row.values, without=frozenset({row.id}))
            found += _duplicates(results, request.options)
        return found

    def find_duplicates(self, request: Request) -> str:
        records = [sobject(item) for item in request.items()]
        if len(records) > MOST_LOOKED_UP:
            raise SoapFault("LIMIT_EXCEEDED", f"cannot look up more than {MOST_LOOKED_UP} records")
        for record in records:
            check_names(self._sandbox, record)
            if record.type not in RULES:
                raise SoapFault("INVALID_TYPE", f"No duplicate rule exists for {record.type}")
        matcher = Matcher(self._sandbox.world.state)
        return "".join(
            _duplicates(
                matcher.results(record.type, values_of(record), without=frozenset({long_id(record.id)})),
                request.options,
            )
            for record in records
        )

    def _lookups(self, ids: list[str]) -> None:
        if len(ids) > MOST_LOOKED_UP:
            raise SoapFault("LIMIT_EXCEEDED", f"cannot look up more than {MOST_LOOKED_UP} ids")
        for key in ids:
            if len(key) != 18 or not key.isalnum():
                raise SoapFault("MALFORMED_ID", f"malformed id {key[:40]}")
        kinds = {object_of(key) for key in ids}
        if len(kinds) > 1 or any(kind not in RULES for kind in kinds):
            raise SoapFault("INVALID_ID_FIELD", "all ids must be of one object that has duplicate rules")


def _duplicates(results: list[RuleResult], options: Options) -> str:
    found = "".join(duplicate_result(one, "duplicateResults", details=options.record_details) for one in results)
    return f"<result>{found}{element('success', True)}</result>"


def _merge_request(item: ET.Element) -> tuple[SObject, tuple[str, ...], dict[str, str]]:
    """(master, ids of the losers, additional information). Members may come in any order."""
    master = child(item, "masterRecord")
    if master is None:
        raise SoapFault("MISSING_ARGUMENT", "masterRecord not specified")
    information = {
        text(entry, "name"): text(entry, "value") for entry in item if local(entry) == "additionalInformationMap"
    }
    return sobject(master), tuple(texts(item, "recordToMergeIds")), information


def _conversion(item: ET.Element, options: Options) -> ConvertLead:
    """What is not sent is absent or false, so an opportunity is made unless somebody says no."""

    def record(name: str) -> dict[str, str]:
        found = child(item, name)
        return values_of(sobject(found)) if found is not None else {}

    return ConvertLead(
        lead_id=text(item, "leadId"),
        status=text(item, "convertedStatus"),
        account_id=text(item, "accountId"),
        contact_id=text(item, "contactId"),
        opportunity_id=text(item, "opportunityId"),
        person_account_id=text(item, "relatedPersonAccountId"),
        owner_id=text(item, "ownerId"),
        opportunity_name=text(item, "opportunityName"),
        make_opportunity=not flag(item, "doNotCreateOpportunity"),
        overwrite_source=flag(item, "overwriteLeadSource"),
        notify=flag(item, "sendNotificationEmail"),
        account_values=record("accountRecord"),
        contact_values=record("contactRecord"),
        opportunity_values=record("opportunityRecord"),
        allow_duplicates=options.allow_save,
        bypass_account_dedupe=flag(item, "bypassAccountDedupeCheck"),
        bypass_contact_dedupe=flag(item, "bypassContactDedupeCheck"),
    )
