"""The words of the house: frozen dataclasses that are stored or passed between rooms.

No behaviour beyond themselves. Two conventions hold everywhere:

* an *instant* is an ``int``: milliseconds since 1970-01-01 UTC. Instants that came from a CRM are in
  that CRM's own clock, never in the local one;
* an *id* is the CRM's own text: 18 characters for Salesforce, digits for HubSpot.
"""
