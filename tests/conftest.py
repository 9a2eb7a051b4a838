"""Fixtures for every tier: one embedded PostgreSQL per test process."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A busy machine is no failure.
settings.register_profile(
    "pgproof", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pgproof")

pytest_plugins = [
    "tests.support.servers",
    "tests.support.older_servers",
    "tests.support.stores",
    "tests.support.brokers",
    "tests.support.workers",
    "tests.support.web",
    "tests.support.hypopg_server",
    "tests.support.log_server",
    "tests.support.equivalence_checker",
]
