"""A plan reads the same however it was pasted: by mail, CSV, records, fences, a log."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest

from analyzer.domain.plan import Plan
from analyzer.errors import SourceError
from analyzer.plans.read_any import is_plan, read_any_plan
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


def _is_text(text: str) -> bool:
    return text.lstrip()[:1] not in "[<-"


def _rows_of_json(text: str) -> str:
    rows = text.split("\n") if _is_text(text) else [text]
    return json.dumps([{"QUERY PLAN": row} for row in rows], indent=2)


def _of_python(text: str) -> str:
    """What print() makes of a cursor's rows; psycopg decodes JSON."""
    if text.lstrip()[:1] == "[":
        return repr([(json.loads(text),)])
    return repr([(line,) for line in text.split("\n")])


def _numbered(text: str, after: str) -> str:
    lines = text.split("\n")
    return "\n".join(f"{n}{after}{line}" for n, line in enumerate(lines, 1))


def _syslog(text: str) -> str:
    head = "Nov 28 09:00:00 db1 postgres[123]:"
    rows = ["Query Text: SELECT 1", *text.split("\n")]
    return f"{head} [5-1] LOG:  duration: 1.5 ms  plan:\n" + "\n".join(
        f"{head} [5-{n}] #011{row}" for n, row in enumerate(rows, 2)
    )


def _csv_log(text: str) -> str:
    quoted = text.replace('"', '""')
    return (
        '2026-11-28 09:00:00.123 UTC,"app","shop",123,"[local]",65aa.1,5,"SELECT",'
        '2026-11-28 08:00:00 UTC,3/4,0,LOG,00000,"duration: 12.1 ms  plan:\n'
        f'Query Text: SELECT 1\n{quoted}",,,,,,,,,"psql","client backend",,0'
    )


def _in_words(text: str) -> str:
    return (
        "Hi, this is slow:\n\n```sql\nEXPLAIN ANALYZE SELECT * FROM t WHERE (a = 1);\n"
        f"```\n\n```\n{text}\n```\n\nAny ideas? It was fast {{yesterday}}.\n"
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
    "from a log in JSON": lambda text: json.dumps(
        {"message": f"duration: 1.5 ms  plan:\nQuery Text: SELECT 1\n{text}"}
    ),
    "from a log in CSV": _csv_log,
    "from syslog": _syslog,
    "as rows of JSON": _rows_of_json,
    "as a page's source": html.escape,
    "in tags": lambda text: f"<pre><code>{text}</code></pre>",
    "in a ticket": lambda text: f"{{code:sql}}\n{text}\n{{code}}",
    "in words": _in_words,
    "from an answered mail": lambda text: (
        f"On Monday X wrote:\n{_each(text, lambda line: f'> > {line}')}\n\nThanks!"
    ),
    "with numbers": lambda text: _numbered(text, ":"),
    "with numbers and a bar": lambda text: _numbered(text, " | "),
    "with other arrows": lambda text: text.replace("->", "\u2192"),
    "with lines of Windows": lambda text: text.replace("\n", "\r\n"),
    "with hard spaces": lambda text: text.replace(" ", "\u00a0"),
}


def _nodes(plan: Plan) -> list[object]:
    return [
        (
            *(node.node_type, node.relation, node.index_name, node.actual_rows),
            *(node.loops, node.plan_rows, node.total_cost),
            "".join(node.filter.split()),
        )
        for node in plan.root.walk()
    ] + [sorted(plan.settings.items()), plan.execution_time_ms]


@pytest.mark.parametrize("dress", DRESSED.values(), ids=DRESSED.keys())
def test_a_plan_reads_the_same_however_it_was_pasted(
    dress: Callable[[str], str],
) -> None:
    assert BARE
    for file in BARE:
        text = file.read_text().rstrip("\n")
        if dress is html.escape and file.suffix == ".xml":
            continue  # is escaped in itself
        expected = _nodes(read_any_plan(text, source="file"))
        dressed = dress(text)
        assert is_plan(dressed), file.name
        assert _nodes(read_any_plan(dressed, source="file")) == expected, file.name


def test_rows_as_python_prints_them() -> None:
    for file in BARE:
        if file.suffix not in (".txt", ".json"):
            continue
        text = file.read_text().rstrip("\n")
        expected = _nodes(read_any_plan(text, source="file"))
        read = _nodes(read_any_plan(_of_python(text), source="file"))
        assert read == expected, file.name


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('Look:\n[{"Plan":\n  {"Node Type": "Sort"\n   "T', "line 3. .* line 2 of"),
        ("a\n- Plan:\n    Node Type: \"Sort\"\n    Cost 1", "line 3. .* line 2 of"),
        ('[{"Plan": {"Node Type": "Sort"}}]\n' * 2, "more than one plan, line 1"),
        ("Hash Join  (cost=0.00..9.00 rows=1 width=4)\n-> Seq Scan on t"
         "  (cost=0.00..9.00 rows=1 width=4)", "a join lacks its inputs, line 1"),
    ],
)  # fmt: skip
def test_a_damaged_plan_is_refused_with_the_place(text: str, why: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_any_plan(text, source="file")
    assert re.search(why, refused.value.detail or ""), refused.value.detail


@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_text_plan_reads_the_same_in_a_narrow_terminal(width: int) -> None:
    for file in BARE:
        if file.suffix != ".txt":
            continue
        text = file.read_text().rstrip("\n")
        expected = _nodes(read_any_plan(text, source="file"))
        assert _nodes(read_any_plan(_broken(text, width), source="file")) == expected
