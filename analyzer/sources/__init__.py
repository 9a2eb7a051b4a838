"""Where workload comes from."""

from __future__ import annotations
