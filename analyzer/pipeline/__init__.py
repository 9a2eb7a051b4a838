"""The use cases: the order of the stages."""

from __future__ import annotations
