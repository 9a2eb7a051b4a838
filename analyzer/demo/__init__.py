"""The demo shop: a database with faults, and the load that makes them felt."""

from __future__ import annotations
