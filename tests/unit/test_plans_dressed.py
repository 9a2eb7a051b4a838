"""A plan reads the same however it was pasted: by mail, CSV, records, fences, a log."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzer.domain.plan import Plan
from analyzer.plans.read_any import read_any_plan
from tests.support.plan_corpus import FOLDER

PLANS = FOLDER / "held_out" / "plans"
BARE = [
    file
    for file in sorted(PLANS.iterdir())
    if "QUERY PLAN" not in file.read_text() and "LOG:" not in file.read_text()
]
"""Those that nothing was put round; the others are pasted already."""


def _each(text: str, change: Callable[[str], str]) -> str:
    return "\n".join(map(change, text.split("\n")))


def _csv_value(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(',"\n') & set(text) else text


def _of_csv(text: str) -> str:
    """Text plans have a row for each line, the others are one value."""
    is_text = text.lstrip()[:1] not in "[<-"
    return "QUERY PLAN\n" + (_each if is_text else _whole)(text, _csv_value)


def _whole(text: str, change: Callable[[str], str]) -> str:
    return change(text)


def _records(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        f"-[ RECORD {n} ]----------\nQUERY PLAN | {line}"
        for n, line in enumerate(lines)
    )


def _framed(text: str, *, after: str = "") -> str:
    lines = text.split("\n")
    rule = "-" * (max(map(len, lines)) + 2)
    rows = "\n".join(f" {line}" for line in lines)
    return f"    QUERY PLAN\n{rule}\n{rows}\n({len(lines)} rows)\n{after}"


def _broken(text: str, width: int) -> str:
    """As a terminal breaks it, or a mail, in the middle of words."""
    return "\n".join(
        line[at : at + width]
        for line in _framed(text).split("\n")
        for at in range(0, max(len(line), 1), width)
    )


def _logged(text: str) -> str:
    stamp = "2026-11-27 10:00:00.123 UTC [55] app@shop "
    return (
        f"{stamp}LOG:  checkpoint starting: time\n"
        f"{stamp}LOG:  duration: 1.5 ms  plan:\n"
        "\tQuery Text: SELECT a[1] FROM t WHERE b = '{x}'\n"
        + _each(text, lambda line: f"\t{line}")
        + f"\n{stamp}LOG:  checkpoint complete: wrote 1 buffers [0.0%]"
    )


DRESSED: dict[str, Callable[[str], str]] = {
    "with a mark of bytes": lambda text: f"\ufeff{text}",
    "from a mail": lambda text: _each(text, lambda line: f"> {line}"),
    "in a fence": lambda text: f"```yaml\n{text}\n```",
    "of a web page": lambda text: text.replace("\n  ", "\n\u00a0 "),
    "by psql": _framed,
    "by psql with its times": lambda text: _framed(text, after="Time: 1.2 ms\n"),
    "by psql as records": _records,
    "by psql as CSV": _of_csv,
    "each line quoted": lambda text: _each(
        text, lambda line: '"' + line.replace('"', '""') + '"'
    ),
    "from a log": _logged,
}


def _nodes(plan: Plan) -> list[object]:
    return [
        (
            *(node.node_type, node.relation, node.index_name, node.actual_rows),
            *(node.loops, node.plan_rows, node.total_cost),
            "".join(node.filter.split()),
        )
        for node in plan.root.walk()
    ]


@pytest.mark.parametrize("dress", DRESSED.values(), ids=DRESSED.keys())
def test_a_plan_reads_the_same_however_it_was_pasted(
    dress: Callable[[str], str],
) -> None:
    assert BARE
    for file in BARE:
        text = file.read_text().rstrip("\n")
        expected = _nodes(read_any_plan(text, source="file"))
        assert _nodes(read_any_plan(dress(text), source="file")) == expected, file.name


@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_text_plan_reads_the_same_in_a_narrow_terminal(width: int) -> None:
    for file in BARE:
        if file.suffix != ".txt":
            continue
        text = file.read_text().rstrip("\n")
        expected = _nodes(read_any_plan(text, source="file"))
        assert _nodes(read_any_plan(_broken(text, width), source="file")) == expected
