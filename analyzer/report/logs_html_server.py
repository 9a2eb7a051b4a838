"""What the server did over time, as parts of a page: charts, sessions, maintenance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from analyzer.domain.log_activity import ActivityStep
from analyzer.domain.log_report import LogReport
from analyzer.report.html_chart import Series, bar_chart, line_chart
from analyzer.report.html_page import details, heading, joined, paragraph, table, tiles
from analyzer.report.logs_html_statements import columns
from analyzer.report.plain import amount, number, shortened

_MAX_ROWS = 400


def activity(report: LogReport) -> Markup:
    """Charts over time, and the numbers they are drawn from."""
    steps = report.activity.steps
    if not steps:
        return Markup("")
    step_s = report.activity.step_s
    labels = _labels(steps, step_s)
    lines = (
        _lines(
            "Executions per second",
            (
                ("all", lambda step: step.execution_count / step_s),
                ("reads", lambda step: step.read_count / step_s),
                ("writes", lambda step: step.write_count / step_s),
            ),
        ),
        _lines("Time of all executions", (("total", lambda s: s.total_ms),), "ms"),
        _lines(
            "Duration, percentiles of all executions",
            (
                ("p50", lambda step: step.p50_ms),
                ("p95", lambda step: step.p95_ms),
                ("p99", lambda step: step.p99_ms),
            ),
            "ms",
        ),
    )
    charts = [chart(steps, labels) for chart in lines]
    bars: tuple[tuple[str, Callable[[ActivityStep], float], str], ...] = (
        ("Errors", lambda step: step.error_count, ""),
        ("Connections received", lambda step: step.connection_count, ""),
        ("Written to temporary files", lambda step: step.temp_bytes, "bytes"),
        ("Messages about lock waits", lambda step: step.lock_wait_count, ""),
        ("Buffers written by checkpoints", lambda step: step.checkpoint_buffers, ""),
    )
    for title, measure, unit in bars:
        values = [measure(step) for step in steps]
        if any(values):
            charts.append(bar_chart(title, labels, values, unit))
    return joined(
        (
            paragraph(f"Steps of {amount(step_s, 's')}."),
            Markup('<div class="charts">{}</div>').format(joined(charts)),
            details("The numbers", _numbers(steps, labels)),
        )
    )


Measure = Callable[[ActivityStep], float | None]


def _lines(
    title: str, measures: tuple[tuple[str, Measure], ...], unit: str = ""
) -> Callable[[Sequence[ActivityStep], Sequence[str]], Markup]:
    def chart(steps: Sequence[ActivityStep], labels: Sequence[str]) -> Markup:
        series = [
            Series(name=name, values=tuple(measure(step) for step in steps))
            for name, measure in measures
        ]
        return line_chart(title, labels, series, unit)

    return chart


def _labels(steps: Sequence[ActivityStep], step_s: int) -> list[str]:
    days = len({step.started_at.date() for step in steps}) > 1
    text = "%m-%d %H:%M" if days else "%H:%M" if step_s >= 60 else "%H:%M:%S"
    return [format(step.started_at, text) for step in steps]


def _numbers(steps: Sequence[ActivityStep], labels: Sequence[str]) -> Markup:
    head = columns(
        *("executions", "reads", "writes", "prepared", "mean ms", "p95", "p99"),
        *("errors", "connections", "temp bytes", "lock waits", "step"),
    )
    rows = [
        (
            f"{step.execution_count:,}",
            f"{step.read_count:,}",
            f"{step.write_count:,}",
            f"{step.prepared_count:,}",
            number(step.total_ms / step.execution_count)
            if step.execution_count
            else "–",
            number(step.p95_ms) if step.p95_ms is not None else "–",
            number(step.p99_ms) if step.p99_ms is not None else "–",
            f"{step.error_count:,}",
            f"{step.connection_count:,}",
            amount(step.temp_bytes, "bytes"),
            f"{step.lock_wait_count:,}",
            label,
        )
        for step, label in zip(steps, labels, strict=True)
    ]
    return table(head, rows[:_MAX_ROWS], left_out=len(rows) - _MAX_ROWS)


def connections(report: LogReport, top: int) -> Markup:
    """Connections by who made them, and how long sessions lasted."""
    found = report.connections
    if not (found.received_count or found.authorized_count or found.session_time):
        return Markup("")
    times = found.session_time
    facts = [
        ("received", f"{found.received_count:,}"),
        ("authorized", f"{found.authorized_count:,}"),
        ("open at once", f"{found.peak_session_count:,}"),
        ("at", f"{found.peak_at:%m-%d %H:%M:%S}" if found.peak_at else "–"),
    ]
    if times is not None:
        facts += [
            ("sessions ended", f"{times.sample_count:,}"),
            ("p50", amount(times.p50_ms / 1000, "s")),
            ("p95", amount(times.p95_ms / 1000, "s")),
            ("longest", amount(times.max_ms / 1000, "s")),
            ("under a second", f"{found.short_session_count:,}"),
        ]
    pieces = [tiles(facts)]
    histogram = found.session_histogram
    if histogram:
        labels = [
            f"≤ {amount(bound / 1000, 's')}" if bound is not None else "more"
            for bound in histogram
        ]
        values = [float(count) for count in histogram.values()]
        chart = bar_chart("Sessions by how long they lasted", labels, values)
        pieces.append(Markup('<div class="charts">{}</div>').format(chart))
    for name, counts in found.by.items():
        rows = [(f"{count:,}", who) for who, count in counts.items()]
        shown = table(columns("sessions", name), rows[:top], left_out=len(rows) - top)
        pieces += [heading(f"By {name}"), shown]
    return joined(pieces)


def bouncer(report: LogReport, top: int) -> Markup:
    """What PgBouncer's log says."""
    found = report.bouncer
    if found is None:
        return Markup("")
    names = ("xacts_per_s", "queries_per_s", "xact_us", "query_us", "wait_us")
    rows = [
        (number(found.mean.get(name, 0.0)), number(found.peak[name]), name)
        for name in names
        if name in found.peak
    ]
    pieces = [table(columns("mean", "peak", "of a period"), rows)]
    groups = (
        ("Clients that got no connection", found.pool_waits),
        ("Logins", found.logins),
        ("Ends of client connections", found.client_closes),
        ("Ends of server connections", found.server_closes),
        ("Errors", found.errors),
    )
    for title, counts in groups:
        shown = table(
            columns("count", "what"),
            [(f"{count:,}", what) for what, count in list(counts.items())[:top]],
            left_out=len(counts) - top,
        )
        pieces += [heading(title), shown] if counts else []
    return joined(pieces)


def transactions(report: LogReport, top: int) -> Markup:
    """How long transactions were open, how many at once, and the longest pauses."""
    found = report.transactions
    if not found.busy_peak_count:
        return Markup("")
    facts = [
        ("open at once", f"{found.busy_peak_count:,}"),
        ("99 of 100 times at most", f"{found.busy_p99_count:,}"),
        ("on average (Little's law)", number(found.busy_mean_count)),
        ("in the busiest minute", number(found.busiest_minute_mean_count)),
        ("paused in all", amount(found.idle_ms / 1000, "s")),
    ]
    if found.duration is not None:
        facts += [
            ("of several statements", f"{found.duration.sample_count:,}"),
            ("p50", amount(found.duration.p50_ms, "ms")),
            ("p95", amount(found.duration.p95_ms, "ms")),
            ("p99", amount(found.duration.p99_ms, "ms")),
            ("longest", amount(found.duration.max_ms, "ms")),
        ]
    rows = [
        (
            number(item.idle_ms),
            number(item.transaction_ms),
            "yes" if item.has_written else "no",
            f"{item.blocked_count:,}",
            number(item.blocked_ms),
            f"{item.idle_since:%m-%d %H:%M:%S}",
            f"process {item.process_id} {item.user} {item.application_name}: "
            f"{shortened(report.texts.get(item.before, ''), 200)} → "
            f"{shortened(report.texts.get(item.after, ''), 200)}",
        )
        for item in found.idle[:top]
    ]
    head = columns(
        *("idle ms", "transaction ms", "had written", "blocked", "blocked ms"),
        *("since", "before → after the pause"),
    )
    shown = table(head, rows, left_out=len(found.idle) - top)
    return tiles(facts) + (heading("Idle in transaction") + shown if rows else "")


def checkpoints(report: LogReport, top: int) -> Markup:
    """Checkpoints: why they started, and what each of them wrote."""
    found = report.checkpoints
    pieces = []
    if found.reasons:
        rows = [(f"{count:,}", reason) for reason, count in found.reasons.items()]
        pieces += [heading("Why they started"), table(columns("count", "reason"), rows)]
    if found.too_frequent_count:
        pieces.append(
            paragraph(
                f"{found.too_frequent_count:,} warnings that checkpoints occur too "
                f"frequently, at the worst every {found.shortest_interval_s} s."
            )
        )
    keys = (
        *("bufs_written", "write_secs", "sync_secs", "total_secs", "longest_secs"),
        *("segs_added", "segs_removed", "segs_recycled", "distance_kb"),
    )
    ranked = sorted(found.completed, key=lambda one: -one.numbers.get("total_secs", 0))
    rows_of_each = [
        (
            *(number(one.numbers.get(key, 0.0)) for key in keys),
            f"{one.ended_at:%Y-%m-%d %H:%M:%S} {one.kind} {one.reason}",
        )
        for one in ranked[:top]
    ]
    if rows_of_each:
        head = columns(
            *("buffers", "write s", "sync s", "total s", "longest sync s"),
            *("WAL added", "removed", "recycled", "distance kB", "at, why"),
        )
        left = len(ranked) - top
        pieces += [heading("The longest"), table(head, rows_of_each, left_out=left)]
    return joined(pieces)


def maintenance(report: LogReport, top: int) -> Markup:
    """What autovacuum did to each table."""
    head = columns(
        *("vacuums", "vacuum s", "analyzes", "analyze s", "index scans"),
        *("rows removed", "pages removed", "rows not removable", "cancelled"),
        *("against wraparound", "table"),
    )
    rows = [
        (
            f"{item.vacuum_count:,}",
            number(item.vacuum_s),
            f"{item.analyze_count:,}",
            number(item.analyze_s),
            f"{item.index_scan_count:,}",
            f"{item.tuples_removed:,}",
            f"{item.pages_removed:,}",
            f"{item.tuples_not_removable:,}",
            f"{item.canceled_count:,}",
            f"{item.wraparound_count:,}",
            item.table,
        )
        for item in report.maintenance[:top]
    ]
    return table(head, rows, left_out=len(report.maintenance) - top)
