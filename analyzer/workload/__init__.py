"""Numbers over time: deltas, percentiles, sessions."""

from __future__ import annotations
