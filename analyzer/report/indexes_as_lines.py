"""The index advisor's answer as sections of plain lines, for text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.index_advice import (
    IndexAdvice,
    Objective,
    ProposedDrop,
    ProposedIndex,
    QueryOutcome,
    TimeBasis,
)
from analyzer.domain.recommendation import Basis
from analyzer.report.explain_as_lines import Section
from analyzer.report.layout import as_markdown_lines, as_text_lines
from analyzer.report.plain import number, plain, plain_lines, shortened, size

MAX_QUERIES_SHOWN = 40
_NAME_LENGTH = 60
_MAX_SERVED_SHOWN = 5


def index_advice_as_text(advice: IndexAdvice, width: int = 120) -> str:
    """The answer for a terminal."""
    return "\n".join(as_text_lines(heading(advice), sections(advice), width)).rstrip()


def index_advice_as_markdown(advice: IndexAdvice) -> str:
    """The answer as GitHub reads Markdown."""
    lines = as_markdown_lines(heading(advice), "", sections(advice))
    return "\n".join(lines).rstrip()


def heading(advice: IndexAdvice) -> str:
    """One line: how many indexes, their size, what they save."""
    count = len(advice.indexes)
    if not count:
        return "no index is worth building for this workload"
    noun = "index" if count == 1 else "indexes"
    return (
        f"{count} {noun}, {size(advice.size_bytes)}: planner cost "
        f"{number(advice.cost_before)} to {number(advice.cost_after)} "
        f"({ratio(advice.cost_before, advice.cost_after)})"
    )


def ratio(before: float, after: float) -> str:
    """After over before, as a factor of the one before."""
    return f"{after / before:.3f} of before" if before > 0 else "no cost"


def sections(advice: IndexAdvice) -> Iterator[Section]:
    """Everything in the order a reader wants it, empty sections left out."""
    yield Section(title="Sums", items=tuple(sums(advice)))
    for count, index in enumerate(advice.indexes, start=1):
        yield Section(
            title=f"Index {count}",
            drawing=plain_lines(index.ddl),
            items=tuple(index_lines(index)),
        )
    for drop in advice.drops:
        yield Section(
            title=f"Drop {plain(str(drop.index))}",
            drawing=plain(drop.ddl),
            items=tuple(drop_lines(drop)),
        )
    shown = advice.queries[:MAX_QUERIES_SHOWN]
    lines = [query_line(query, advice.objective) for query in shown]
    left = len(advice.queries) - len(shown)
    if left:
        lines.append(f"and {left:,} more, all of them better off")
    if lines:
        yield Section(title="Queries, losers first", items=tuple(lines))
    yield from _rest(advice)


def _rest(advice: IndexAdvice) -> Iterator[Section]:
    settings = tuple(
        f"{item.name}: {item.better} in place of {item.now}: {plain(item.why)}"
        for item in advice.settings
    )
    skipped = tuple(
        f"{shortened(item.query, _NAME_LENGTH)}: {plain(item.reason)}"
        for item in advice.skipped
    )
    not_seen = tuple(
        plain(f"{item.what}: {item.why} {item.hint}".strip())
        for item in advice.not_seen
    )
    for title, items in (
        ("Settings", settings),
        ("Left out", skipped),
        ("Not seen", not_seen),
        ("Caveats", tuple(map(plain, advice.caveats))),
    ):
        if items:
            yield Section(title=title, items=items)


def sums(advice: IndexAdvice) -> Iterator[str]:
    """What the set does as a whole, and what it could do at most."""
    yield (
        f"planner cost {number(advice.cost_before)} to {number(advice.cost_after)}, "
        f"{ratio(advice.cost_before, advice.cost_after)}; geometric mean over the "
        f"queries {advice.geometric_mean_ratio:.3f}"
    )
    yield (
        f"time {number(advice.time_before_ms)} to {number(advice.time_after_ms)} ms, "
        f"{ratio(advice.time_before_ms, advice.time_after_ms)}; "
        f"{time_basis(advice.time_basis)}"
    )
    unit = "ms" if advice.objective is Objective.TIME else "planner cost"
    yield (
        f"chosen by {advice.objective.value}; no set within the limits gets below "
        f"{number(advice.bound)} {unit} by the options found, and none at all below "
        f"{number(advice.floor)}"
    )
    budget = f" of {size(advice.budget_bytes)}" if advice.budget_bytes else ""
    ended = "" if advice.complete else "; the search ended at its time or call limit"
    yield (
        f"{size(advice.size_bytes)}{budget}; {advice.what_if_calls:,} what-if plans "
        f"by {advice.planner_source}{ended}"
    )


def time_basis(item: TimeBasis) -> str:
    """What predicted times stand on, and how wrong they were on held-out plans."""
    if item.basis is not Basis.MEASURED:
        return f"times are assumed: {item.source}"
    parts = [f"times are calibrated to {item.source}"]
    if item.median_error_ratio is not None:
        parts.append(f"error of held-out plans {item.median_error_ratio:.0%} (median)")
    error = item.total_error_ratio
    if error is not None and error > 1.0:
        parts.append(f"their sum was predicted at {1.0 + error:,.1f} times what it is")
    elif error is not None:
        parts.append(f"of their sum {error:+.0%}")
    return ", ".join(parts)


def index_lines(index: ProposedIndex) -> Iterator[str]:
    """What is known about one index."""
    yield (
        f"{size(index.size_bytes)}, about {number(index.build_s)} s to build; "
        f"{index.saved_ratio:.0%} of all that the set saves"
    )
    doubt = index.size_doubt
    if doubt is not None:
        yield (
            f"between {size(doubt.least_bytes)} and {size(doubt.most_bytes)}: "
            f"{plain(doubt.why)} This would tell: {plain(doubt.settled_by)}"
        )
    served = [
        f"{shortened(query.name, _NAME_LENGTH)} ({query.share_ratio:.0%})"
        for query in index.queries[:_MAX_SERVED_SHOWN]
    ]
    left = len(index.queries) - len(served)
    more = f" and {left} more" if left > 0 else ""
    yield f"serves {', '.join(served)}{more}"
    yield (
        f"{number(index.write_overhead_ratio)} bytes written for each byte written to "
        f"the table, {number(index.hot_updates_lost)} updates no longer HOT"
    )
    yield f"columns: {plain(index.why_this_order)}"
    yield plain(index.why_not_narrower)
    for name in index.makes_redundant:
        yield f"makes {plain(str(name))} needless"


def drop_lines(drop: ProposedDrop) -> Iterator[str]:
    """Why an index can go, and the way back."""
    yield (
        f"{plain(drop.reason)} {size(drop.size_bytes)}; without it the workload costs "
        f"{drop.cost_rise_ratio:.1%} more"
    )
    yield f"back: {plain(drop.restore_ddl)}"
    for caveat in drop.caveats:
        yield plain(caveat)


def query_line(query: QueryOutcome, objective: Objective) -> str:
    """One query before and after."""
    costs = f"{number(query.before)} to {number(query.after)}"
    times = f"{number(query.before_ms)} to {number(query.after_ms)} ms"
    first, second = (times, costs) if objective is Objective.TIME else (costs, times)
    line = f"{shortened(query.name, _NAME_LENGTH)}: {first} ({second})"
    if query.risk:
        line += f"; RISK {'; '.join(map(plain, query.risk))}"
    elif query.why_no_gain:
        line += f"; {plain(query.why_no_gain)}"
    return line
