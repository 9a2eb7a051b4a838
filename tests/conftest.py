"""Fixtures for every tier: one embedded PostgreSQL per test process."""

from __future__ import annotations

pytest_plugins = [
    "tests.support.servers",
    "tests.support.stores",
    "tests.support.brokers",
    "tests.support.workers",
    "tests.support.web",
    "tests.support.hypopg_server",
    "tests.support.log_server",
    "tests.support.server15",
]
