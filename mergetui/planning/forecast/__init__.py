"""What both CRMs will look like: played by the twin, and told in sentences."""

from __future__ import annotations

from mergetui.planning.forecast.after import after_sync
from mergetui.planning.forecast.play import alone, facts_of, forecast

__all__ = ["after_sync", "alone", "facts_of", "forecast"]
