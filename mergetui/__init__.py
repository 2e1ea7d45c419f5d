"""mergetui: merge duplicate people in Salesforce and HubSpot together, safely."""

__version__ = "0.1.0"
