"""Fixtures for every tier: one embedded PostgreSQL per test process."""

from __future__ import annotations

pytest_plugins = ["tests.support.servers"]
