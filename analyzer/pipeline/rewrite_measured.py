"""A rewrite and its original really run, on rows made after the statistics."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.domain.measurement import ProofVerdict, StatementMeasurement
from analyzer.domain.rewriting import Measurement, Rewrite
from analyzer.domain.target import Address
from analyzer.domain.workload import ParameterSet
from analyzer.pipeline.generated_database import GeneratedOptions
from analyzer.pipeline.verify import GivenStatement, VerifyRequest, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredOn:
    """The query, its values, and the database that rows are generated for."""

    query: str
    samples: tuple[ParameterSet, ...]
    snapshot_path: Path | None = None
    source: Address | None = None


def measured(place: MeasuredOn, item: Rewrite) -> Rewrite | str:
    """The rewrite with its measurement, or why it is dropped.

    Where measuring comes to no conclusion the rewrite stays, without numbers.

    Raises:
        AnalyzerError: by the branches of its tree.
    """
    found = verify(
        VerifyRequest(
            indexes=(item.create_ddl,) if item.create_ddl else (),
            statements=(
                GivenStatement(
                    name="query",
                    query=place.query,
                    parameter_sets=place.samples,
                    rewritten=item.query,
                ),
            ),
            generated=GeneratedOptions(),
            snapshot_path=place.snapshot_path,
            source=place.source,
        )
    )
    if found.verdict is ProofVerdict.REFUTED:
        return f"measured on generated data: {found.reason}"
    if not found.statements:
        return item
    return replace(item, measurement=_shown(found.statements[0], found.verdict))


def _shown(found: StatementMeasurement, verdict: ProofVerdict) -> Measurement:
    return Measurement(
        before_ms=found.before.execution_ms,
        after_ms=found.after.execution_ms,
        before_blks=int(found.before.touched_blks),
        after_blks=int(found.after.touched_blks),
        source=f"generated data, {verdict.value}",
    )
