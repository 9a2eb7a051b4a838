"""A measurement for people: text for a terminal, Markdown for a ticket."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.domain.measurement import (
    Effect,
    Interval,
    Likeness,
    Measurement,
    MeasuringEnvironment,
    StatementMeasurement,
    TimeBasis,
    WriteMeasurement,
    effect_in_words,
)
from analyzer.report.as_markdown import escaped
from analyzer.report.plain import counted, number, plain, shortened, size

MIN_WIDTH = 60
_NAME_LENGTH = 40
_MAX_ROWS = 40
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    title: str
    head: Row = ()
    rows: tuple[Row, ...] = ()
    items: tuple[str, ...] = ()


def measurement_as_text(found: Measurement, width: int = 120) -> str:
    """A measurement as text.

    Args:
        found: what to show.
        width: of the terminal, in characters.
    """
    lines = [_headline(found), f"change: {plain(found.change)}"]
    for section in _sections(found):
        lines += ["", section.title, *_table(section)]
        for item in section.items:
            lines += textwrap.wrap(
                item,
                max(width, MIN_WIDTH),
                initial_indent="  - ",
                subsequent_indent="    ",
                break_on_hyphens=False,
            )
    return "\n".join(lines)


def measurement_as_markdown(found: Measurement) -> str:
    """A measurement as Markdown."""
    lines = [f"## {escaped(_headline(found))}", "", escaped(found.change)]
    for section in _sections(found):
        lines += ["", f"### {escaped(section.title)}", ""]
        if section.rows:
            lines.append("| " + " | ".join(map(escaped, section.head)) + " |")
            lines.append("|" + " --- |" * len(section.head))
            lines += ["| " + " | ".join(map(escaped, r)) + " |" for r in section.rows]
        lines += [f"- {escaped(item)}" for item in section.items]
    return "\n".join(lines)


def _headline(found: Measurement) -> str:
    saved = ""
    if found.saved_ratio is not None:
        word = "saves" if found.saved_ratio >= 0 else "costs"
        saved = f"; {word} {abs(found.saved_ratio):.0%} of their time"
        saved += f" ({_percent(found.saved_ratio_interval)})"
    return f"{found.verdict.value.upper()}: {found.reason}{saved}"


def _sections(found: Measurement) -> Iterator[_Section]:
    slower = [item for item in found.statements if item.effect is Effect.SLOWER]
    others = [item for item in found.statements if item.effect is not Effect.SLOWER]
    for title, items in (("Slower", slower), ("Statements", others)):
        if items:
            rows = tuple(_statement(item) for item in items[:_MAX_ROWS])
            yield _Section(title=title, head=_STATEMENT_HEAD, rows=rows)
    if found.writes:
        rows = tuple(_write(item) for item in found.writes[:_MAX_ROWS])
        yield _Section(title="Writes", head=_WRITE_HEAD, rows=rows)
    if found.unchanged:
        names = ", ".join(shortened(name, _NAME_LENGTH) for name in found.unchanged)
        line = (
            f"{counted(len(found.unchanged), 'statement')} with the same plan: {names}"
        )
        yield _Section(title="Not changed, so not run", items=(line,))
    yield _Section(title="Measured on", items=tuple(_environment(found)))
    if found.environment.likeness is not None:
        likeness = tuple(_likeness(found.environment.likeness))
        yield _Section(title="How like the real data it is", items=likeness)
    missing = tuple(
        plain(f"{item.what}: {item.why}. {item.hint}") for item in found.not_seen
    )
    if missing:
        yield _Section(title="Not seen", items=missing)


_STATEMENT_HEAD = (
    *("statement", "values", "", "effect", "before", "after", "after/before"),
    *("95%", "runs", "blocks before", "after"),
)
_WRITE_HEAD = (
    *("statement", "values", "effect", "before", "after", "after/before", "95%"),
    *("WAL before", "after", "HOT before", "after"),
)


def _statement(item: StatementMeasurement) -> Row:
    cpu = item.basis is TimeBasis.CPU
    before = item.before.cpu_ms if cpu else item.before.execution_ms
    after = item.after.cpu_ms if cpu else item.after.execution_ms
    mark = " CPU" if cpu else ""
    return (
        shortened(item.name, _NAME_LENGTH),
        plain(item.parameters),
        item.temperature.value,
        effect_in_words(item.effect, item.temperature),
        f"{number(before or 0.0)} ms{mark}",
        f"{number(after or 0.0)} ms{mark}",
        f"{item.time_ratio:.2f}",
        _range(item.time_ratio_interval),
        str(item.before.run_count),
        f"{item.before.touched_blks:,}",
        f"{item.after.touched_blks:,}",
    )


def _write(item: WriteMeasurement) -> Row:
    return (
        shortened(item.name, _NAME_LENGTH),
        plain(item.parameters),
        item.effect.value,
        f"{number(item.before.execution_ms)} ms",
        f"{number(item.after.execution_ms)} ms",
        f"{item.time_ratio:.2f}",
        _range(item.time_ratio_interval),
        size(item.before.wal_bytes),
        size(item.after.wal_bytes),
        _share(item.before.hot_ratio),
        _share(item.after.hot_ratio),
    )


def _environment(found: Measurement) -> Iterator[str]:
    place = found.environment
    clocks = "execution and processor time" if place.sees_cpu else "execution time"
    yield f"{place.ground.value}, PostgreSQL {plain(place.server_version)}; {clocks}"
    yield (
        f"{place.started_at:%Y-%m-%d %H:%M:%S} to {place.finished_at:%H:%M:%S} UTC"
        f"{_load(place)}"
    )
    if place.machine is not None:
        machine = place.machine
        yield (
            f"{machine.processor_count} processors {plain(machine.processor)},"
            f" {size(machine.memory_bytes)}, {plain(machine.system)}"
        )
    if place.settings:
        names = (f"{k} = {v}" for k, v in sorted(place.settings.items()))
        yield plain(", ".join(names))
    for ddl, built_bytes in found.index_bytes.items():
        yield f"{plain(ddl)}: {size(built_bytes)}"
    if found.index_bytes:
        yield f"built in {number(found.build_ms)} ms, dropped afterwards"


def _load(place: MeasuringEnvironment) -> str:
    if place.load_before is None or place.load_after is None:
        return ""
    return f", load {place.load_before:.1f} before and {place.load_after:.1f} after"


def _likeness(like: Likeness) -> Iterator[str]:
    yield (
        f"{like.row_ratio:.0%} of the rows; {like.same_plan_count} of"
        f" {like.statement_count} plans have the join order and access paths that the"
        f" statistics give; {like.like_column_count} of {like.column_count} columns"
        " have like statistics"
    )
    if like.cost_ratio_median is not None:
        yield f"costs differ by a factor of {like.cost_ratio_median:.2f} (median)"
    yield from (plain(f"unlike: {text}") for text in like.differing)
    yield from (plain(f"assumed: {text}") for text in like.assumptions)


def _table(section: _Section) -> Iterator[str]:
    if not section.rows:
        return
    rows: Sequence[Row] = (section.head, *section.rows)
    widths = [max(len(row[i]) for row in rows) for i in range(len(section.head))]
    for row in rows:
        cells = (cell.ljust(w) for cell, w in zip(row, widths, strict=True))
        yield "  " + "  ".join(cells).rstrip()


def _range(item: Interval) -> str:
    return f"{item.low:.2f}-{item.high:.2f}"


def _percent(item: Interval | None) -> str:
    return f"{item.low:.0%} to {item.high:.0%}" if item else ""


def _share(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.0%}"
