"""Statements, locks, temporary files and events of a log, as parts of a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from analyzer.domain.log_classes import CLASS_GROUPS, CLASS_IDS
from analyzer.domain.log_report import (
    LockTree,
    LockTreeWait,
    LoggedLockWait,
    LoggedStatement,
    LogReport,
    SlowSample,
)
from analyzer.report.html_chart import bar_chart, share_bar
from analyzer.report.html_page import (
    Branch,
    Column,
    Text,
    code_block,
    details,
    heading,
    joined,
    table,
    tree,
)
from analyzer.report.plain import amount, number, shortened

_QUERY_CHARS = 1_000


def columns(*titles: str, last: str = "text") -> tuple[Column, ...]:
    """Columns of numbers, with a column of text or code at the end."""
    numbers = [Column(title=title, kind="number") for title in titles[:-1]]
    return (*numbers, Column(title=titles[-1], kind=last))


def top_statements(report: LogReport, top: int) -> Markup:
    """The lists of the statements that matter, each by another measure."""
    found = report.statements
    total = report.total_ms or 1.0
    head = columns(
        *("share", "", "calls", "total ms", "mean", "σ", "p50", "p95", "p99", "max"),
        "statement",
    )
    lists: tuple[tuple[str, Callable[[LoggedStatement], float]], ...] = (
        ("The most time", lambda item: item.latency.total_ms),
        ("The most calls", lambda item: item.latency.sample_count),
        ("The slowest on average", lambda item: item.mean_ms),
        ("The highest p99", lambda item: item.latency.p99_ms),
    )
    pieces = [_histogram(found)]
    for title, measure in lists:
        ranked = sorted(found, key=measure, reverse=True)
        rows = [_row(item, total) for item in ranked[:top]]
        shown = table(head, rows, left_out=len(found) - top)
        pieces += [heading(title), shown] if rows else []
    pieces += [_slowest(report, top), *_phases(found, top)]
    return joined(pieces)


def _row(item: LoggedStatement, total_ms: float) -> tuple[Text, ...]:
    numbers = item.latency
    return (
        f"{numbers.total_ms / total_ms:.1%}",
        share_bar(numbers.total_ms / total_ms),
        f"{numbers.sample_count:,}",
        number(numbers.total_ms),
        number(item.mean_ms),
        number(item.stddev_ms),
        number(numbers.p50_ms),
        number(numbers.p95_ms),
        number(numbers.p99_ms),
        number(numbers.max_ms),
        _statement(item),
    )


def _statement(item: LoggedStatement) -> Markup:
    """The text, folded, with where and when it ran."""
    by = [
        f"{name}: " + ", ".join(f"{one} {share.calls:,}" for one, share in shares)
        for name, group in item.by.items()
        if (shares := list(group.items())[:5])
    ]
    by.append(f"hours: {_hours(item)}")
    by.append(f"fingerprint {item.fingerprint}, queryids {_queryids(item)}")
    return details(
        shortened(item.query, 110),
        code_block(item.query[:_QUERY_CHARS]) + code_block("\n".join(by)),
    )


def _hours(item: LoggedStatement) -> str:
    hours = list(item.by_hour.items())
    shown = ", ".join(f"{moment:%m-%d %H}h {s.calls:,}" for moment, s in hours[:24])
    return shown + (" …" if len(hours) > 24 else "")


def _queryids(item: LoggedStatement) -> str:
    return ", ".join(map(str, item.queryids)) or "unknown"


def _histogram(found: Sequence[LoggedStatement]) -> Markup:
    """All executions by duration."""
    counts: Counter[float | None] = Counter()
    for item in found:
        for bucket in item.histogram:
            counts[bucket.le_ms] += bucket.count
    bounds = sorted(bound for bound in counts if bound is not None)
    labels = [f"≤ {number(bound)} ms" for bound in bounds]
    values: list[float] = [counts[bound] for bound in bounds]
    if counts[None]:
        labels.append("more")
        values.append(counts[None])
    chart = bar_chart("Executions by duration", labels, values)
    return Markup('<div class="charts">{}</div>').format(chart)


def _slowest(report: LogReport, top: int) -> Markup:
    samples = sorted(
        ((sample, item) for item in report.statements for sample in item.samples),
        key=lambda pair: -pair[0].duration_ms,
    )
    head = (
        Column(title="ms", kind="number"),
        Column(title="at", kind="number"),
        Column(title="who"),
        Column(title="statement", kind="code"),
    )
    rows = [
        (
            number(sample.duration_ms),
            f"{sample.logged_at:%Y-%m-%d %H:%M:%S}",
            _who(sample),
            sample.query[:_QUERY_CHARS],
        )
        for sample, _ in samples[:top]
    ]
    return heading("The slowest executions") + table(head, rows) if rows else Markup("")


def _who(sample: SlowSample) -> str:
    parts = (sample.user, sample.database, sample.application_name, sample.remote_host)
    tags = " ".join(f"{name}={value}" for name, value in sample.tags.items())
    known = " · ".join(part for part in (*parts, tags) if part)
    return f"{known} · process {sample.process_id}"


def _phases(found: Sequence[LoggedStatement], top: int) -> Iterator[Markup]:
    """Time of the parse and bind phases, which no duration of an execution holds."""
    phases: tuple[tuple[str, Callable[[LoggedStatement], float]], ...] = (
        ("The most time to prepare (parse)", lambda item: item.parse_total_ms),
        ("The most time to bind", lambda item: item.bind_total_ms),
    )
    for title, measure in phases:
        ranked = sorted(found, key=measure, reverse=True)
        rows = [
            (number(measure(item)), f"{item.latency.sample_count:,}", item.query)
            for item in ranked[:top]
            if measure(item) > 0
        ]
        if rows:
            yield heading(title)
            yield table(columns("total ms", "calls", "statement", last="code"), rows)


def queries(report: LogReport, top: int) -> Markup:
    """Executions by kind of statement, database, user, application and host."""
    total = report.total_ms or 1.0
    kinds: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    by: dict[str, dict[str, list[float]]] = {}
    for item in report.statements:
        _add(kinds[item.kind.value], item.latency.sample_count, item.latency.total_ms)
        for name, shares in item.by.items():
            group = by.setdefault(name, defaultdict(lambda: [0.0, 0.0]))
            for one, share in shares.items():
                _add(group[one or "(unknown)"], share.calls, share.total_ms)
    head = columns("calls", "total ms", "mean ms", "share", "name")
    pieces = []
    for title, sums in (("type", kinds), *by.items()):
        ranked = sorted(sums.items(), key=lambda pair: -pair[1][1])
        rows = [
            (
                f"{calls:,.0f}",
                number(total_ms),
                number(total_ms / calls if calls else 0.0),
                f"{total_ms / total:.1%}",
                name,
            )
            for name, (calls, total_ms) in ranked[:top]
        ]
        pieces += [heading(f"By {title}"), table(head, rows)] if rows else []
    canceled = [
        (f"{group.count:,}", group.sqlstate or "–", group.message)
        for group in report.canceled[:top]
    ]
    if canceled:
        pieces.append(heading("Cancelled"))
        pieces.append(table(columns("count", "SQLSTATE", "message"), canceled))
    return joined(pieces)


def _add(sums: list[float], calls: float, total_ms: float) -> None:
    sums[0] += calls
    sums[1] += total_ms


def locks(report: LogReport, top: int) -> Markup:
    """Waits by kind of lock and by statement, who blocked whom, and deadlocks."""
    pieces = []
    head = columns("waits", "waited ms", "longest ms", "of")
    groups: tuple[tuple[str, Callable[[LoggedLockWait], str]], ...] = (
        ("By lock", lambda wait: f"{wait.lock_mode} on {_kind(wait)}"),
        ("By waiting statement", lambda wait: shortened(wait.query, 300)),
    )
    for title, key in groups:
        sums: dict[str, list[float]] = defaultdict(list)
        for wait in report.locks:
            sums[key(wait)].append(wait.waited_ms)
        ranked = sorted(sums.items(), key=lambda pair: -sum(pair[1]))
        rows = [
            (f"{len(ms):,}", number(sum(ms)), number(max(ms)), name or "(unknown)")
            for name, ms in ranked[:top]
        ]
        if rows:
            pieces += [heading(title), table(head, rows, left_out=len(ranked) - top)]
    if report.lock_trees:
        pieces.append(heading("Who blocked whom"))
        pieces.append(tree(_branch(item) for item in report.lock_trees[:top]))
    pieces += _deadlocks(report, top)
    return joined(pieces)


def _kind(wait: LoggedLockWait) -> str:
    return wait.locked_object.partition(" ")[0]


def _branch(item: LockTree) -> Branch:
    holder = item.holder
    what = "ran" if holder.was_running else "had run last"
    text = f"{what} {shortened(holder.query, 300)}" if holder.query else ""
    return Branch(
        label=f"process {holder.process_id or 'unknown'} made {item.process_count:,} "
        f"wait, {number(item.waited_ms)} ms together {text}",
        children=tuple(_below(wait) for wait in item.waits),
    )


def _below(item: LockTreeWait, depth: int = 1) -> Branch:
    wait = item.wait
    more = "" if wait.acquired else "+"
    return Branch(
        label=f"process {wait.process_id} waited {number(wait.waited_ms)}{more} ms for "
        f"{wait.lock_mode} on {wait.locked_object}: {shortened(wait.query, 300)}",
        children=tuple(_below(child, depth + 1) for child in item.below)
        if depth < 100
        else (),
    )


def _deadlocks(report: LogReport, top: int) -> Iterator[Markup]:
    for item in report.deadlocks[:top]:
        yield heading(f"Deadlock at {item.logged_at:%Y-%m-%d %H:%M:%S}")
        yield tree(
            Branch(
                label=f"process {member.process_id}"
                + (
                    " (cancelled)"
                    if member.process_id == item.canceled_process_id
                    else ""
                )
                + f" waited for {member.lock_mode} on {member.locked_object}, held by "
                f"process {member.blocked_by_process_id}",
                children=tuple(
                    Branch(label=shortened(query, 300))
                    for query in (*member.statements, member.query)
                ),
            )
            for member in item.members
        )


def temp_files(report: LogReport, top: int) -> Markup:
    """Temporary files by the statement that wrote them."""
    found = list(report.temp_files_by_statement.items())
    rows = [
        (
            f"{files.count:,}",
            amount(files.bytes, "bytes"),
            amount(files.max_bytes, "bytes"),
            amount(files.bytes / files.count if files.count else 0, "bytes"),
            report.texts.get(name) or name,
        )
        for name, files in found[:top]
    ]
    head = columns("files", "bytes", "largest", "mean", "statement", last="code")
    shown = table(head, rows, left_out=len(found) - top)
    largest = sorted(found, key=lambda pair: -pair[1].max_bytes)
    by_size = [
        (amount(files.max_bytes, "bytes"), report.texts.get(name) or name)
        for name, files in largest[:top]
    ]
    if not rows and not report.temp_files.count:
        return Markup("")
    unknown = report.temp_files.unattached_count
    return joined(
        (
            heading("The most written"),
            shown,
            heading("The largest file"),
            table(columns("largest", "statement", last="code"), by_size),
            heading(f"{unknown:,} files of no known statement")
            if unknown
            else Markup(""),
        )
    )


def events(report: LogReport, top: int) -> Markup:
    """Messages by level, class, SQLSTATE and text."""
    levels = table(
        columns("count", "level"),
        [(f"{count:,}", name) for name, count in report.severities.items()],
    )
    classes = table(
        columns("id", "count", "group", "class"),
        [
            (
                str(CLASS_IDS.get(kind, "–")),
                f"{count:,}",
                CLASS_GROUPS.get(kind, ""),
                kind,
            )
            for kind, count in report.events.items()
        ],
    )
    codes: Counter[str] = Counter()
    for group in report.errors:
        codes[group.sqlstate or "unknown"] += group.count
    states = table(
        columns("count", "SQLSTATE"),
        [(f"{count:,}", code) for code, count in codes.most_common(top)],
    )
    examples = table(
        columns("count", "class", "first message, without secrets"),
        [
            (f"{item.count:,}", item.kind, item.message)
            for item in report.event_examples[:top]
        ],
    )
    parts = (
        ("By level", levels),
        ("By class", classes),
        ("By SQLSTATE", states),
        ("The most frequent errors", _errors(report, top)),
        ("Other messages", examples),
    )
    return joined(heading(title) + shown for title, shown in parts if shown)


def _errors(report: LogReport, top: int) -> Markup:
    return table(
        columns("count", "severity", "SQLSTATE", "first", "last", "message"),
        [
            (
                f"{group.count:,}",
                group.severity,
                group.sqlstate or "–",
                f"{group.first_seen_at:%Y-%m-%d %H:%M:%S}",
                f"{group.last_seen_at:%Y-%m-%d %H:%M:%S}",
                group.message,
            )
            for group in report.errors[:top]
        ],
        left_out=len(report.errors) - top,
    )
