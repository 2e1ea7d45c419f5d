"""DO: preflight → snapshot → Salesforce → HubSpot → values → resync → linked → settled; journal; resume; recover.

The only room from which a merge call can be reached, and only through ``procedure.Procedure.carry_on`` with a
``Clearance`` that ``preflight`` or ``progress`` handed out.
"""
