"""The WSDL of the partner API, as far as this server speaks it: the real one's names, order and nillability.

Written as tables: ``name:type`` is a member, with ``?`` nillable, ``0`` optional, ``*`` repeated (optional), ``+``
repeated (at least one). Types without prefix are the API's own, ``s.`` XML Schema's, ``o.`` the sObject namespace's.
"""

from __future__ import annotations

from functools import lru_cache
from xml.sax.saxutils import quoteattr

from mergetui.sandbox.soap_writing import FAULT, PARTNER, SOBJECT

TYPES: dict[str, str] = {
    "QueryResult": "done:s.boolean queryLocator:QueryLocator? records:o.sObject?* size:s.int",
    "ExtendedErrorDetails": "extendedErrorCode:s.string any*",
    "Error": "extendedErrorDetails:ExtendedErrorDetails?* fields:s.string?* message:s.string statusCode:StatusCode",
    "SaveResult": "errors:Error* id:ID? success:s.boolean",
    "DeleteResult": "errors:Error?* id:ID? success:s.boolean",
    "UndeleteResult": "errors:Error* id:ID? success:s.boolean",
    "EmptyRecycleBinResult": "errors:Error* id:ID? success:s.boolean",
    "AdditionalInformationMap": "name:s.string value:s.string",
    "MergeRequest": "additionalInformationMap:AdditionalInformationMap* masterRecord:o.sObject recordToMergeIds:ID+",
    "MergeResult": "errors:Error* id:ID? mergedRecordIds:ID* success:s.boolean updatedRelatedIds:ID*",
    "LeadConvert": (
        "accountId:ID? accountRecord:o.sObject? bypassAccountDedupeCheck:s.boolean? "
        "bypassContactDedupeCheck:s.boolean? contactId:ID? contactRecord:o.sObject? convertedStatus:s.string "
        "doNotCreateOpportunity:s.boolean leadId:ID opportunityId:ID? opportunityName:s.string? "
        "opportunityRecord:o.sObject? overwriteLeadSource:s.boolean ownerId:ID? relatedPersonAccountId:ID? "
        "relatedPersonAccountRecord:o.sObject? sendNotificationEmail:s.boolean"
    ),
    "LeadConvertResult": (
        "accountId:ID? contactId:ID? errors:Error* leadId:ID? opportunityId:ID? relatedPersonAccountId:ID0 "
        "success:s.boolean"
    ),
    "FieldDiff": "difference:differenceType name:s.string",
    "MatchRecord": (
        "additionalInformation:AdditionalInformationMap* fieldDiffs:FieldDiff* matchConfidence:s.double "
        "record:o.sObject"
    ),
    "MatchResult": (
        "entityType:s.string errors:Error* matchEngine:s.string matchRecords:MatchRecord* rule:s.string size:s.int "
        "success:s.boolean"
    ),
    "DuplicateResult": (
        "allowSave:s.boolean duplicateRule:s.string duplicateRuleEntityType:s.string errorMessage:s.string? "
        "matchResults:MatchResult*"
    ),
    "FindDuplicatesResult": "duplicateResults:DuplicateResult* errors:Error* success:s.boolean",
    "DeletedRecord": "deletedDate:s.dateTime id:ID",
    "GetDeletedResult": "deletedRecords:DeletedRecord* earliestDateAvailable:s.dateTime latestDateCovered:s.dateTime",
    "GetUpdatedResult": "ids:ID* latestDateCovered:s.dateTime",
    "GetServerTimestampResult": "timestamp:s.dateTime",
    "GetUserInfoResult": (
        "accessibilityMode:s.boolean chatterExternal:s.boolean currencySymbol:s.string? "
        "orgAttachmentFileSizeLimit:s.int orgDefaultCurrencyIsoCode:s.string? orgDefaultCurrencyLocale:s.string? "
        "orgDisallowHtmlAttachments:s.boolean orgHasPersonAccounts:s.boolean organizationId:ID "
        "organizationMultiCurrency:s.boolean organizationName:s.string profileId:ID roleId:ID? "
        "sessionSecondsValid:s.int userDefaultCurrencyIsoCode:s.string? userEmail:s.string userFullName:s.string "
        "userId:ID userLanguage:s.string userLocale:s.string userName:s.string userTimeZone:s.string "
        "userType:s.string userUiSkin:s.string"
    ),
    "LoginResult": (
        "metadataServerUrl:s.string? passwordExpired:s.boolean sandbox:s.boolean serverUrl:s.string? "
        "sessionId:s.string? userId:ID? userInfo:GetUserInfoResult0"
    ),
    "location": "latitude:s.double? longitude:s.double?",
    "LimitInfo": "current:s.int limit:s.int type:s.string",
    "LogInfo": "category:s.string level:s.string",
    "OwnerChangeOption": "type:s.string execute:s.boolean",
    "PackageVersion": "majorNumber:s.int minorNumber:s.int namespace:s.string",
}

ADDRESS = ("city", "country", "countryCode", "geocodeAccuracy", "postalCode", "state", "stateCode", "street")

HEADERS: dict[str, str] = {
    "LoginScopeHeader": "organizationId:ID portalId:ID0",
    "SessionHeader": "sessionId:s.string",
    "CallOptions": "client:s.string? defaultNamespace:s.string?",
    "QueryOptions": "batchSize:s.int0",
    "AssignmentRuleHeader": "assignmentRuleId:ID? useDefaultRule:s.boolean?",
    "AllowFieldTruncationHeader": "allowFieldTruncation:s.boolean",
    "AllOrNoneHeader": "allOrNone:s.boolean",
    "DuplicateRuleHeader": "allowSave:s.boolean includeRecordDetails:s.boolean runAsCurrentUser:s.boolean",
    "DisableFeedTrackingHeader": "disableFeedTracking:s.boolean",
    "StreamingEnabledHeader": "streamingEnabled:s.boolean",
    "MruHeader": "updateMru:s.boolean",
    "EmailHeader": "triggerAutoResponseEmail:s.boolean triggerOtherEmail:s.boolean triggerUserEmail:s.boolean",
    "UserTerritoryDeleteHeader": "transferToUserId:ID?",
    "DebuggingHeader": "categories:LogInfo* debugLevel:s.string",
    "PackageVersionHeader": "packageVersions:PackageVersion*",
    "DebuggingInfo": "debugLog:s.string",
    "LimitInfoHeader": "limitInfo:LimitInfo*",
    "LocaleOptions": "language:s.string0 localizeErrors:s.boolean0",
    "OwnerChangeOptions": "options:OwnerChangeOption?*",
}

_ROWS = "InvalidSObjectFault UnexpectedErrorFault InvalidIdFault InvalidFieldFault"
_READ = (
    "InvalidSObjectFault InvalidFieldFault MalformedQueryFault InvalidIdFault UnexpectedErrorFault "
    "InvalidQueryLocatorFault"
)
_BASE = "SessionHeader CallOptions"
_CHANGE = "AllowFieldTruncationHeader DisableFeedTrackingHeader StreamingEnabledHeader"
_RULES = "DuplicateRuleHeader LocaleOptions DebuggingHeader PackageVersionHeader"
_SAVE = f"{_BASE} AssignmentRuleHeader MruHeader {_CHANGE} AllOrNoneHeader {_RULES} EmailHeader"

OPERATIONS: dict[str, tuple[str, str, str, str, str]] = {
    "login": (
        "username:s.string password:s.string", "result:LoginResult", "LoginScopeHeader CallOptions", "",
        "LoginFault UnexpectedErrorFault InvalidIdFault",
    ),
    "logout": ("", "", _BASE, "LimitInfoHeader", "UnexpectedErrorFault"),
    "create": ("sObjects:o.sObject*", "result:SaveResult*", _SAVE, "DebuggingInfo LimitInfoHeader", _ROWS),
    "update": (
        "sObjects:o.sObject*", "result:SaveResult*", f"{_SAVE} OwnerChangeOptions", "DebuggingInfo LimitInfoHeader",
        _ROWS,
    ),
    "merge": (
        "request:MergeRequest*", "result:MergeResult*",
        f"{_BASE} AssignmentRuleHeader MruHeader {_CHANGE} {_RULES} EmailHeader", "DebuggingInfo LimitInfoHeader",
        _ROWS,
    ),
    "delete": (
        "ids:ID*", "result:DeleteResult*",
        f"{_BASE} PackageVersionHeader UserTerritoryDeleteHeader EmailHeader {_CHANGE} AllOrNoneHeader "
        "DuplicateRuleHeader LocaleOptions DebuggingHeader",
        "DebuggingInfo LimitInfoHeader", "UnexpectedErrorFault",
    ),
    "undelete": (
        "ids:ID+", "result:UndeleteResult*", f"{_BASE} {_CHANGE} AllOrNoneHeader {_RULES}",
        "DebuggingInfo LimitInfoHeader", "UnexpectedErrorFault",
    ),
    "emptyRecycleBin": (
        "ids:ID+", "result:EmptyRecycleBinResult*", _BASE, "LimitInfoHeader", "UnexpectedErrorFault",
    ),
    "convertLead": (
        "leadConverts:LeadConvert*", "result:LeadConvertResult*", f"{_BASE} {_CHANGE} {_RULES}",
        "DebuggingInfo LimitInfoHeader", "UnexpectedErrorFault",
    ),
    "findDuplicates": (
        "sObjects:o.sObject+", "result:FindDuplicatesResult*", f"{_BASE} PackageVersionHeader DuplicateRuleHeader",
        "LimitInfoHeader", "InvalidSObjectFault UnexpectedErrorFault InvalidFieldFault",
    ),
    "findDuplicatesByIds": (
        "ids:ID+", "result:FindDuplicatesResult*", f"{_BASE} PackageVersionHeader DuplicateRuleHeader",
        "LimitInfoHeader", "InvalidIdFault UnexpectedErrorFault",
    ),
    "query": (
        "queryString:s.string", "result:QueryResult", f"{_BASE} QueryOptions MruHeader PackageVersionHeader",
        "LimitInfoHeader", _READ,
    ),
    "queryAll": ("queryString:s.string", "result:QueryResult", f"{_BASE} QueryOptions", "LimitInfoHeader", _READ),
    "queryMore": (
        "queryLocator:QueryLocator", "result:QueryResult", f"{_BASE} QueryOptions", "LimitInfoHeader",
        "InvalidQueryLocatorFault UnexpectedErrorFault InvalidFieldFault MalformedQueryFault",
    ),
    "retrieve": (
        "fieldList:s.string sObjectType:s.string ids:ID*", "result:o.sObject?*",
        f"{_BASE} QueryOptions MruHeader PackageVersionHeader", "LimitInfoHeader",
        "InvalidSObjectFault InvalidFieldFault MalformedQueryFault UnexpectedErrorFault InvalidIdFault",
    ),
    "getDeleted": (
        "sObjectType:s.string startDate:s.dateTime endDate:s.dateTime", "result:GetDeletedResult", _BASE,
        "LimitInfoHeader", "InvalidSObjectFault UnexpectedErrorFault",
    ),
    "getUpdated": (
        "sObjectType:s.string startDate:s.dateTime endDate:s.dateTime", "result:GetUpdatedResult", _BASE,
        "LimitInfoHeader", "InvalidSObjectFault UnexpectedErrorFault",
    ),
    "getUserInfo": ("", "result:GetUserInfoResult", _BASE, "LimitInfoHeader", "UnexpectedErrorFault"),
    "getServerTimestamp": ("", "result:GetServerTimestampResult", _BASE, "LimitInfoHeader", "UnexpectedErrorFault"),
}  # fmt: skip
"""Operation → request members, response members, input headers, output headers, faults."""

PLACED = ("InvalidFieldFault", "InvalidSObjectFault", "MalformedQueryFault")
PLAIN = ("LoginFault", "InvalidQueryLocatorFault", "InvalidIdFault", "UnexpectedErrorFault")


_SPACES = {"s": "xsd", "o": "ens"}


def _member(word: str) -> str:
    """One ``name:type`` with its marks as an element declaration."""
    if word.startswith("any"):
        return '<any namespace="##targetNamespace" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>'
    name, _, kind = word.partition(":")
    marks = ""
    while kind[-1] in "?0*+":
        marks, kind = kind[-1] + marks, kind[:-1]
    space, dot, word = kind.partition(".")
    kind = f"{_SPACES[space]}:{word}" if dot else f"tns:{kind}"
    extra = ' nillable="true"' if "?" in marks else ""
    if "*" in marks:
        extra += ' minOccurs="0" maxOccurs="unbounded"'
    elif "+" in marks:
        extra += ' maxOccurs="unbounded"'
    elif "0" in marks:
        extra += ' minOccurs="0"'
    return f'<element name="{name}" type="{kind}"{extra}/>'


def _sequence(members: str) -> str:
    return f"<sequence>{''.join(_member(word) for word in members.split())}</sequence>"


def _type(name: str, members: str) -> str:
    return f'<complexType name="{name}">{_sequence(members)}</complexType>'


def _element(name: str, members: str) -> str:
    return f'<element name="{name}"><complexType>{_sequence(members)}</complexType></element>'


def _extension(name: str, base: str, members: str = "") -> str:
    return (
        f'<complexType name="{name}"><complexContent><extension base="{base}">{_sequence(members)}</extension>'
        "</complexContent></complexType>"
    )


def _schema(space: str, *parts: str) -> str:
    return (
        '<schema xmlns="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" '
        f'targetNamespace="{space}">{"".join(parts)}</schema>'
    )


def _schemas() -> str:
    records = _schema(
        SOBJECT,
        f'<import namespace="{PARTNER}"/>',
        '<complexType name="sObject"><sequence><element name="type" type="xsd:string"/>'
        '<element name="fieldsToNull" type="xsd:string" nillable="true" minOccurs="0" maxOccurs="unbounded"/>'
        '<element name="Id" type="tns:ID" nillable="true"/>'
        '<any namespace="##targetNamespace" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>'
        "</sequence></complexType>",
    )
    differences = "".join(f'<enumeration value="{word}"/>' for word in ("DIFFERENT", "NULL", "SAME", "SIMILAR"))
    own = _schema(
        PARTNER,
        f'<import namespace="{SOBJECT}"/>',
        '<simpleType name="ID"><restriction base="xsd:string"><length value="18"/>'
        '<pattern value="[a-zA-Z0-9]{18}"/></restriction></simpleType>',
        '<simpleType name="QueryLocator"><restriction base="xsd:string"/></simpleType>',
        '<simpleType name="StatusCode"><restriction base="xsd:string"/></simpleType>',
        f'<simpleType name="differenceType"><restriction base="xsd:string">{differences}</restriction></simpleType>',
        *(_type(name, members) for name, members in TYPES.items()),
        _extension("DuplicateError", "tns:Error", "duplicateResult:DuplicateResult"),
        _extension("address", "tns:location", " ".join(f"{name}:s.string?" for name in ADDRESS)),
        *(_element(name, members) for name, members in HEADERS.items()),
        *(_element(name, asked) for name, (asked, *_) in OPERATIONS.items()),
        *(_element(f"{name}Response", told) for name, (_, told, *_rest) in OPERATIONS.items()),
    )
    faults = _schema(
        FAULT,
        f'<import namespace="{PARTNER}"/>',
        '<simpleType name="ExceptionCode"><restriction base="xsd:string"/></simpleType>',
        '<complexType name="ApiFault"><sequence><element name="exceptionCode" type="fns:ExceptionCode"/>'
        '<element name="exceptionMessage" type="xsd:string"/>'
        f"{_member('extendedErrorDetails:ExtendedErrorDetails?*')}</sequence></complexType>",
        '<element name="fault" type="fns:ApiFault"/>',
        _extension("ApiQueryFault", "fns:ApiFault", "row:s.int column:s.int"),
        *(_extension(name, "fns:ApiQueryFault") for name in PLACED),
        *(_extension(name, "fns:ApiFault") for name in PLAIN),
        *(f'<element name="{name}" type="fns:{name}"/>' for name in (*PLACED, *PLAIN)),
    )
    return f"<types>{records}{own}{faults}</types>"


def _messages() -> str:
    parts = "".join(f'<part element="tns:{name}" name="{name}"/>' for name in HEADERS)
    found = f'<message name="Header">{parts}</message>'
    for name in (*PLACED, *PLAIN):
        found += f'<message name="{name}"><part name="fault" element="fns:{name}"/></message>'
    for name in OPERATIONS:
        found += f'<message name="{name}Request"><part element="tns:{name}" name="parameters"/></message>'
        found += f'<message name="{name}Response"><part element="tns:{name}Response" name="parameters"/></message>'
    return found


def _ports() -> str:
    found = ""
    for name, (_, _, _, _, faults) in OPERATIONS.items():
        found += f'<operation name="{name}"><input message="tns:{name}Request"/><output message="tns:{name}Response"/>'
        found += "".join(f'<fault message="tns:{fault}" name="{fault}"/>' for fault in faults.split())
        found += "</operation>"
    return f'<portType name="Soap">{found}</portType>'


def _headers(names: str) -> str:
    return "".join(f'<soap:header use="literal" message="tns:Header" part="{name}"/>' for name in names.split())


def _binding() -> str:
    found = ""
    for name, (_, _, sent, told, faults) in OPERATIONS.items():
        found += (
            f'<operation name="{name}"><soap:operation soapAction=""/>'
            f'<input>{_headers(sent)}<soap:body parts="parameters" use="literal"/></input>'
            f'<output>{_headers(told)}<soap:body use="literal"/></output>'
        )
        found += "".join(
            f'<fault name="{fault}"><soap:fault name="{fault}" use="literal"/></fault>' for fault in faults.split()
        )
        found += "</operation>"
    return (
        '<binding name="SoapBinding" type="tns:Soap"><soap:binding style="document" '
        f'transport="http://schemas.xmlsoap.org/soap/http"/>{found}</binding>'
    )


@lru_cache(maxsize=1)
def _definitions() -> str:
    return _schemas() + _messages() + _ports() + _binding()


def wsdl(address: str) -> bytes:
    """The whole document; ``address`` is where its service answers."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<definitions targetNamespace="{PARTNER}" xmlns="http://schemas.xmlsoap.org/wsdl/" '
        'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:fns="{FAULT}" xmlns:tns="{PARTNER}" xmlns:ens="{SOBJECT}">{_definitions()}'
        '<service name="SforceService"><port binding="tns:SoapBinding" name="Soap">'
        f"<soap:address location={quoteattr(address)}/></port></service></definitions>"
    ).encode()
