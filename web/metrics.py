"""Numbers for Prometheus: base units, bounded labels, no texts of queries."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from werkzeug.exceptions import Unauthorized

import analyzer
from analyzer.errors import StoreError
from analyzer.store import jobs, recommendations, statements, targets, workers
from analyzer.store.database import Store
from analyzer.store.flips import FlipFilter, list_flips
from web import current
from web.latest import latest_scans

TOP_STATEMENTS = 10
MAX_TARGETS = 50
MAX_FLIPS = 1_000
STATEMENT_SPAN = timedelta(hours=24)

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Everything as of now, read from the store; ``pgproof_up`` 0 without it."""
    token = current.settings().metrics_token
    if token:
        given = request.authorization
        if given is None or not hmac.compare_digest(
            (given.token or "").encode(), token.encode()
        ):
            raise Unauthorized
    registry = CollectorRegistry()
    registry.register(_StoreCollector(current.store()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _StoreCollector(Collector):
    """Reads the store once per scrape."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the store."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics, each family once."""
        try:
            families = [
                *_states(self._store),
                *_workers(self._store),
                *_targets(self._store),
                *_flips(self._store),
            ]
        except StoreError:
            families = []
        up = GaugeMetricFamily("pgproof_up", "Whether the store answers: 1 or 0")
        up.add_metric([], 1.0 if families else 0.0)
        info = GaugeMetricFamily(
            "pgproof_build_info", "Version of pgproof", labels=["version"]
        )
        info.add_metric([analyzer.__version__], 1.0)
        yield from (up, info, *families)


def _states(store: Store) -> Iterator[Metric]:
    found = GaugeMetricFamily(
        "pgproof_recommendations",
        "Recommendations the latest scans made, by state",
        labels=["state"],
    )
    for state, number in recommendations.count_by_state(store).items():
        found.add_metric([state.value], number)
    queue = GaugeMetricFamily("pgproof_jobs", "Jobs, by state", labels=["state"])
    for job_state, number in jobs.count_jobs(store).items():
        queue.add_metric([job_state.value], number)
    yield from (found, queue)


def _workers(store: Store) -> Iterator[Metric]:
    found = workers.list_workers(store)
    up = GaugeMetricFamily(
        "pgproof_workers", "Workers that were seen within the last 30 seconds"
    )
    up.add_metric([], sum(1 for worker in found if worker.is_up))
    seen = GaugeMetricFamily(
        "pgproof_worker_last_seen_timestamp_seconds",
        "When any worker was seen last, as Unix time",
    )
    if found:
        seen.add_metric([], found[0].seen_at.timestamp())
    yield from (up, seen)


def _flips(store: Store) -> Iterator[Metric]:
    """For alerts: statements whose plan changed, by whether it became dearer."""
    found = GaugeMetricFamily(
        "pgproof_plan_flips",
        "Statements whose plan was another one than in the scan before, in 24 hours",
        labels=["target", "change"],
    )
    wanted = FlipFilter(since=store.now() - STATEMENT_SPAN, limit=MAX_FLIPS)
    counts = Counter(
        (flip.target_name, "dearer" if flip.cost_ratio > 1 else "cheaper")
        for flip in list_flips(store, wanted)
    )
    for labels, number in sorted(counts.items()):
        found.add_metric(list(labels), number)
    yield found


def _targets(store: Store) -> Iterator[Metric]:
    success = GaugeMetricFamily(
        "pgproof_last_success_timestamp_seconds",
        "When the latest scan of a target ended, as Unix time",
        labels=["target"],
    )
    length = GaugeMetricFamily(
        "pgproof_scan_duration_seconds",
        "How long the latest scan of a target took",
        labels=["target"],
    )
    own = GaugeMetricFamily(
        "pgproof_own_exec_time_ratio",
        "Share of the target's execution time that was pgproof's, in its latest scan",
        labels=["target"],
    )
    share = GaugeMetricFamily(
        "pgproof_statement_exec_time_ratio",
        "Share of execution time of the top statements of the last 24 hours",
        labels=["target", "fingerprint"],
    )
    mean = GaugeMetricFamily(
        "pgproof_statement_mean_exec_seconds",
        "Mean execution time of the top statements of the last 24 hours",
        labels=["target", "fingerprint"],
    )
    since = store.now() - STATEMENT_SPAN
    known = targets.list_targets(store)[:MAX_TARGETS]
    latest = latest_scans(store, known)
    for target in known:
        row = latest.get(target.target_id)
        if row is not None:
            success.add_metric([target.name], row.finished_at.timestamp())
            seconds = (row.finished_at - row.started_at).total_seconds()
            length.add_metric([target.name], seconds)
            if row.own_exec_time_ratio is not None:
                own.add_metric([target.name], row.own_exec_time_ratio)
        query = statements.StatementQuery(
            target_id=target.target_id, started_at=since, limit=TOP_STATEMENTS
        )
        for item in statements.top_statements(store, query).rows:
            labels = [target.name, item.fingerprint]
            share.add_metric(labels, item.exec_time_ratio)
            mean.add_metric(labels, item.mean_exec_time_ms / 1000)
    yield from (success, length, own, share, mean)
