"""SOAP calls about the session itself: who am I, what time is it, log in, log out."""

from __future__ import annotations

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.soap_reading import Request
from mergetui.sandbox.soap_writing import SoapFault, element
from mergetui.twin.stamps import iso


class Session:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def login(self, request: Request) -> str:
        """Passwords are not taken: off by default in new orgs, gone from v65 on (facts/salesforce.md §1)."""
        raise SoapFault("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")

    def logout(self, request: Request) -> str:
        self._sandbox.salesforce_grants.expire(request.options.session, self._sandbox.now())
        return ""

    def timestamp(self, request: Request) -> str:
        stamp = iso(self._sandbox.now() // 1000 * 1000)
        return f"<result>{element('timestamp', stamp)}</result>"

    def user_info(self, request: Request) -> str:
        """All 24 members in the WSDL's order; strict clients insist."""
        state = self._sandbox.world.state
        row = state.row(state.admin_id)
        user = row.values if row is not None else {}

        def known(name: str, default: str) -> str:
            return str(user.get(name) or default)

        members: tuple[tuple[str, str | bool | int | None], ...] = (
            ("accessibilityMode", False),
            ("chatterExternal", False),
            ("currencySymbol", "€"),
            ("orgAttachmentFileSizeLimit", 26_214_400),
            ("orgDefaultCurrencyIsoCode", "EUR"),
            ("orgDefaultCurrencyLocale", "de_DE_EURO"),
            ("orgDisallowHtmlAttachments", False),
            ("orgHasPersonAccounts", bool(state.settings.person_accounts)),
            ("organizationId", state.org_id),
            ("organizationMultiCurrency", False),
            ("organizationName", state.org_name),
            ("profileId", known("ProfileId", "00e000000000001AAA")),
            ("roleId", known("UserRoleId", "") or None),
            ("sessionSecondsValid", 7_200),
            ("userDefaultCurrencyIsoCode", None),
            ("userEmail", known("Email", "admin@sandbox.example")),
            ("userFullName", known("Name", "Admin")),
            ("userId", state.admin_id),
            ("userLanguage", known("LanguageLocaleKey", "en_US")),
            ("userLocale", known("LocaleSidKey", "en_US")),
            ("userName", known("Username", "admin@sandbox.example")),
            ("userTimeZone", known("TimeZoneSidKey", "Europe/Berlin")),
            ("userType", "Standard"),
            ("userUiSkin", "Theme3"),
        )
        return f"<result>{''.join(element(name, value) for name, value in members)}</result>"
