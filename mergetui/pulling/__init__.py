"""Bring it here: pulls of both CRMs into the mirror."""

from mergetui.pulling.pull import PullReport, pull

__all__ = ["PullReport", "pull"]
