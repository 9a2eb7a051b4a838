"""The OFFSET values an application was seen to send."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.domain.recommendation import Basis, Evidence, Quantity
from analyzer.domain.workload import WorkloadItem
from analyzer.rewriting.parameters import LOGGED
from analyzer.statements.facts import Side, SideKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOffsets:
    """The largest OFFSET, in rows, and what that stands on."""

    largest: int
    source: str

    def evidence(self) -> Evidence:
        """What the server reads only to throw it away."""
        return Evidence(
            claim="Rows read and thrown away by the largest OFFSET seen",
            quantity=Quantity(
                value=self.largest,
                unit="rows per call",
                basis=Basis.MEASURED,
                source=self.source,
            ),
        )


def seen_offsets(side: Side, item: WorkloadItem) -> SeenOffsets | None:
    """From the text, else from logged executions; statistics cannot know it."""
    if side.kind is SideKind.CONSTANT and (side.value or "").isdigit():
        return SeenOffsets(largest=int(side.value or "0"), source="the query's text")
    if side.kind is not SideKind.PARAMETER:
        return None
    samples = (s.values for s in item.parameter_sets if s.label == LOGGED)
    texts = [v[side.parameter - 1] for v in samples if len(v) >= side.parameter]
    seen = [int(text) for text in texts if text is not None and text.isdigit()]
    if not seen:
        return None
    source = f"log: {len(seen)} executions with their parameters"
    return SeenOffsets(largest=max(seen), source=source)
