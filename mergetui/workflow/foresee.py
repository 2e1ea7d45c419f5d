"""The forecast for screens: a review must open even when the twin cannot play these people."""

from __future__ import annotations

from dataclasses import replace

from mergetui.planning.forecast import alone, forecast
from mergetui.records.plan import Choices, Forecast, Plan
from mergetui.records.review import Dossier


def with_forecast(dossier: Dossier, plan: Plan) -> Plan:
    """The plan with what the twin foresees of it."""
    try:
        return replace(plan, forecast=forecast(dossier, plan))
    except Exception as error:
        # the twin models documented orgs; an org that surprises it is said, not hidden, and stops nobody
        told = f"It could not be forecast ({type(error).__name__})."
        return replace(plan, forecast=Forecast((), (told,), {}))


def alone_words(dossier: Dossier, choices: Choices) -> tuple[str, ...]:
    """``merging in Salesforce alone would lose: …``, for the review."""
    try:
        found = alone(dossier, choices)
    except Exception as error:
        return (f"merging in Salesforce alone could not be forecast ({type(error).__name__})",)
    return tuple(f"in Salesforce alone: {sentence}" for sentence in found if sentence != "Nothing in HubSpot.")
