"""Flask: pages, JSON and metrics."""

from __future__ import annotations
