"""How like generated data is to the database that its statistics came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from analyzer.domain.measurement import Likeness
from analyzer.domain.plan import Plan
from analyzer.errors import AnalyzerError
from analyzer.pipeline.generated_database import GeneratedDatabase
from analyzer.pipeline.generator_input import columns_of
from analyzer.planner.explain import explain
from analyzer.planner.parameters import ParameterSource
from analyzer.planner.shadow import build, cluster_for
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.plans.access import access
from analyzer.verification.table_statistics import ColumnStatistics, distinct_count

_MAX_DIFFERING = 20
_WIDTH, _DISTINCT, _SHARE, _CORRELATION = 1.5, 2.0, 0.1, 0.3


def likeness(
    made: GeneratedDatabase, snapshot: PlannerSnapshot, queries: Sequence[str]
) -> Likeness:
    """Compare plans and statistics of generated data with those of its snapshot.

    Each statement is planned on both sides with the same values. Two plans are alike
    if they join in the same order and read each table the same way. Columns are alike
    if ANALYZE finds about the same of them.
    """
    differing: list[str] = []
    ratios, same, count = [], 0, 0
    with cluster_for(snapshot) as cluster, build(cluster, snapshot) as planner:
        source = ParameterSource(planner.connection, snapshot.catalog)
        for query in queries:
            try:
                drawn = source.draw(query)
                values = drawn[0].values if drawn else ()
                real = planner.plan(query, values)
                here = explain(made.owner, query, values, source="generated data")
            except AnalyzerError:
                continue
            count += 1
            same += access(real) == access(here)
            ratios.append(_cost_ratio(real, here, made.row_ratio))
    unlike = list(_unlike_columns(made))
    differing += unlike
    return Likeness(
        row_ratio=made.row_ratio,
        statement_count=count,
        same_plan_count=same,
        cost_ratio_median=median(ratios) if ratios else None,
        column_count=sum(len(table.columns) for table in made.tables),
        like_column_count=sum(len(t.columns) for t in made.tables) - len(unlike),
        differing=tuple(differing[:_MAX_DIFFERING]),
        assumptions=made.assumptions,
    )


def _cost_ratio(real: Plan, here: Plan, row_ratio: float) -> float:
    """The larger cost over the smaller, the real one scaled to the rows there are."""
    low, high = sorted((max(real.total_cost * row_ratio, 0.01), here.total_cost))
    return high / max(low, 0.01)


def _unlike_columns(made: GeneratedDatabase) -> Iterator[str]:
    now = columns_of(made.owner)
    for table in made.tables:
        rows = made.row_counts.get(str(table.name), table.rows)
        here = {column.name: column for column in now.get(table.name, ())}
        for column in table.columns:
            found = here.get(column.name)
            if found is None or not column.is_known:
                continue
            why = "; ".join(_differences(column, found, (table.rows, rows)))
            if why:
                yield f"{table.name.name}.{column.name}: {why}"


def _differences(
    real: ColumnStatistics, here: ColumnStatistics, rows: tuple[int, int]
) -> Iterator[str]:
    if abs(real.null_frac - here.null_frac) > _SHARE:
        yield f"NULLs {real.null_frac:.0%}, generated {here.null_frac:.0%}"
    widths = max(real.avg_width_bytes, 1), max(here.avg_width_bytes, 1)
    if max(widths) > _WIDTH * min(widths) and abs(widths[0] - widths[1]) > 4:
        yield f"width {widths[0]}, generated {widths[1]}"
    counts = distinct_count(real, rows[0]), distinct_count(here, rows[1])
    expected = (
        counts[0] * rows[1] / max(rows[0], 1) if real.n_distinct < 0 else counts[0]
    )
    if max(expected, counts[1]) > _DISTINCT * min(expected, counts[1]):
        yield f"{expected:.0f} distinct values expected, {counts[1]} generated"
    common = sum(real.frequencies), sum(here.frequencies)
    if abs(common[0] - common[1]) > 2 * _SHARE:
        yield f"frequent values {common[0]:.0%} of rows, generated {common[1]:.0%}"
    orders = real.correlation or 0.0, here.correlation or 0.0
    if abs(orders[0] - orders[1]) > _CORRELATION and rows[1] > 100:
        yield f"correlation {orders[0]:.2f}, generated {orders[1]:.2f}"
