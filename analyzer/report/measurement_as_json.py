"""A measurement as plain JSON values; described by schema/measurement.schema.json."""

from __future__ import annotations

from typing import Any

from analyzer.domain.measurement import (
    Interval,
    Likeness,
    Measurement,
    MeasuringEnvironment,
    SideSummary,
    StatementMeasurement,
    WriteMeasurement,
    WriteSide,
)

Json = dict[str, Any]


def measurement_as_json(found: Measurement) -> Json:
    """A measurement as JSON values, statements in its order: regressions first."""
    return {
        "change": found.change,
        "verdict": found.verdict.value,
        "reason": found.reason,
        "saved_ratio": found.saved_ratio,
        "saved_ratio_interval": _interval(found.saved_ratio_interval),
        "statements": [_statement(item) for item in found.statements],
        "writes": [_write(item) for item in found.writes],
        "unchanged": list(found.unchanged),
        "index_bytes": dict(found.index_bytes),
        "build_ms": found.build_ms,
        "environment": _environment(found.environment),
        "not_seen": [
            {"what": item.what, "why": item.why, "hint": item.hint}
            for item in found.not_seen
        ],
    }


def _statement(item: StatementMeasurement) -> Json:
    return {
        "name": item.name,
        "fingerprint": item.fingerprint,
        "parameters": item.parameters,
        "temperature": item.temperature.value,
        "effect": item.effect.value,
        "time_basis": item.basis.value,
        "time_ratio": item.time_ratio,
        "time_ratio_interval": _interval(item.time_ratio_interval),
        "weight": item.weight,
        "before": _side(item.before),
        "after": _side(item.after),
    }


def _side(side: SideSummary) -> Json:
    return {
        "run_count": side.run_count,
        "execution_ms": side.execution_ms,
        "execution_interval_ms": _interval(side.execution_interval),
        "cpu_ms": side.cpu_ms,
        "touched_blks": side.touched_blks,
        "read_blks": side.read_blks,
        "temp_blks": side.temp_blks,
        "timed_out_count": side.timed_out_count,
    }


def _write(item: WriteMeasurement) -> Json:
    return {
        "name": item.name,
        "fingerprint": item.fingerprint,
        "parameters": item.parameters,
        "effect": item.effect.value,
        "time_ratio": item.time_ratio,
        "time_ratio_interval": _interval(item.time_ratio_interval),
        "weight": item.weight,
        "before": _write_side(item.before),
        "after": _write_side(item.after),
    }


def _write_side(side: WriteSide) -> Json:
    return {
        "run_count": side.run_count,
        "execution_ms": side.execution_ms,
        "touched_blks": side.touched_blks,
        "wal_bytes": side.wal_bytes,
        "rows": side.rows,
        "hot_ratio": side.hot_ratio,
    }


def _environment(place: MeasuringEnvironment) -> Json:
    machine = place.machine
    return {
        "ground": place.ground.value,
        "server_version": place.server_version,
        "settings": dict(place.settings),
        "started_at": place.started_at.isoformat(),
        "finished_at": place.finished_at.isoformat(),
        "sees_cpu": place.sees_cpu,
        "load_before": place.load_before,
        "load_after": place.load_after,
        "machine": None
        if machine is None
        else {
            "system": machine.system,
            "processor": machine.processor,
            "processor_count": machine.processor_count,
            "memory_bytes": machine.memory_bytes,
        },
        "row_counts": dict(place.row_counts),
        "likeness": _likeness(place.likeness) if place.likeness else None,
    }


def _likeness(like: Likeness) -> Json:
    return {
        "row_ratio": like.row_ratio,
        "statement_count": like.statement_count,
        "same_plan_count": like.same_plan_count,
        "cost_ratio_median": like.cost_ratio_median,
        "column_count": like.column_count,
        "like_column_count": like.like_column_count,
        "differing": list(like.differing),
        "assumptions": list(like.assumptions),
    }


def _interval(item: Interval | None) -> Json | None:
    if item is None:
        return None
    return {"low": item.low, "high": item.high, "level": item.level}
