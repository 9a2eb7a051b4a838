"""Numbers, times and texts as people read them: the filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from analyzer.domain.measurement import Effect, Temperature, effect_in_words
from analyzer.report import plain
from analyzer.report.query_diff import query_diff

NONE = "–"


def duration(value_ms: float | None) -> str:
    """Milliseconds in the unit that reads best.

    >>> [duration(value) for value in (None, 0.0421, 3.14159, 1234, 93_000, 7_500_000)]
    ['–', '0.042 ms', '3.14 ms', '1.23 s', '1.6 min', '2.1 h']
    """
    if value_ms is None:
        return NONE
    if value_ms < 1000:
        return f"{_three(value_ms)} ms"
    if value_ms < 60_000:
        return f"{_three(value_ms / 1000)} s"
    if value_ms < 3_600_000:
        return f"{value_ms / 60_000:.1f} min"
    return f"{value_ms / 3_600_000:.1f} h"


def _three(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0:
        return "0"
    if value < 1:
        return f"{value:.2g}" if value >= 0.001 else "<0.001"
    if value < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def count(value: float | None) -> str:
    """A whole number with thin separators.

    >>> count(1234567), count(0), count(None)
    ('1,234,567', '0', '–')
    """
    return NONE if value is None else f"{value:,.0f}"


def size(value_bytes: float | None) -> str:
    """Bytes as the reports say them, scaled by 1024.

    >>> size(8192), size(21_594_112), size(None)
    ('8.0 KiB', '20.6 MiB', '–')
    """
    return NONE if value_bytes is None else plain.size(value_bytes)


def percent(value_ratio: float | None) -> str:
    """A ratio of 0 to 1 as per cent.

    >>> percent(0.4213), percent(0.0004), percent(0), percent(None)
    ('42.1%', '<0.1%', '0%', '–')
    """
    if value_ratio is None:
        return NONE
    if value_ratio == 0:
        return "0%"
    return "<0.1%" if 0 < value_ratio < 0.001 else f"{value_ratio * 100:.1f}%"


def cost(value: float | None) -> str:
    """A planner cost: a number without a unit of time.

    >>> cost(12345.678), cost(8.4421)
    ('12,346', '8.44')
    """
    if value is None:
        return NONE
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"


def epoch(value: str) -> int:
    """Seconds since 1970 of an ISO 8601 time, as charts want it.

    >>> epoch("1970-01-01T01:00:07+01:00")
    7
    """
    return int(datetime.fromisoformat(value).timestamp())


def moment(value: datetime | str | None) -> str:
    """A time in UTC to the second, which sorts as text.

    >>> moment(datetime(2026, 11, 23, 12, 5, 9))
    '2026-11-23 12:05:09'
    >>> moment("2026-11-23T14:05:09+02:00")
    '2026-11-23 12:05:09'
    """
    if value is None:
        return NONE
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    when = when.astimezone(UTC) if when.tzinfo else when
    return f"{when:%Y-%m-%d %H:%M:%S}"


def age(span: timedelta) -> str:
    """How long ago, in the largest whole unit.

    >>> [age(timedelta(seconds=s)) for s in (12, 150, 9_000, 200_000)]
    ['12 s', '2 min', '2 h', '2 d']
    """
    seconds = max(0, int(span.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def quantity(value: Mapping[str, Any] | None, *, bare: bool = False) -> str:
    """A quantity of a document, scaled where the unit is bytes, a time or a ratio.

    Args:
        value: value and unit; none is shown as a dash.
        bare: leave the unit out where it is not part of the scale.

    >>> quantity({"value": 31_457_280, "unit": "bytes"})
    '30.0 MiB'
    >>> quantity({"value": 24863.2, "unit": "planner cost"})
    '24,863 planner cost'
    >>> quantity({"value": 24863.2, "unit": "planner cost"}, bare=True)
    '24,863'
    """
    if not value:
        return NONE
    unit = str(value["unit"])
    scale = _UNITS.get(unit)
    if scale:
        return scale(value["value"])
    number = count if float(value["value"]).is_integer() else cost
    text = number(value["value"])
    if value["value"] == 1:
        unit = plain.singular(unit)
    return text if bare else f"{text} {unit}".strip()


def seconds(value_s: float | None) -> str:
    """Seconds in the unit that reads best.

    >>> seconds(15.86), seconds(94 * 86_400), seconds(None)
    ('15.9 s', '94 d', '–')
    """
    if value_s is None:
        return NONE
    if value_s >= 86_400:
        return age(timedelta(seconds=value_s))
    return duration(value_s * 1000)


def saved(impact_ratio: float) -> str:
    """The share of time saved; a dash where the gain is not time.

    >>> saved(0.156), saved(0)
    ('15.6%', '–')
    """
    return percent(impact_ratio) if impact_ratio > 0 else NONE


def sentence(text: str) -> str:
    """A text that begins with a capital, unless it begins with an identifier.

    >>> sentence("rows of the table"), sentence("public.orders stays")
    ('Rows of the table', 'public.orders stays')
    """
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.strip(",:").isalpha() else text


def is_sql(text: str) -> bool:
    r"""Whether a text is SQL to copy and not a sentence: a line ends a statement.

    >>> is_sql("SELECT 1;\n-- must be 1"), is_sql("Watch it; nothing may rise.")
    (True, False)
    """
    return any(line.rstrip().endswith(";") for line in text.splitlines())


def script(sql: str) -> str:
    """SQL that psql runs as it is pasted: it ends with a semicolon.

    >>> script("DROP INDEX i"), script("ANALYZE t;")
    ('DROP INDEX i;', 'ANALYZE t;')
    """
    text = sql.rstrip()
    return text if not text or text.endswith(";") else f"{text};"


_UNITS: dict[str, Callable[[float | None], str]] = {
    "ms": duration,
    "s": seconds,
    "bytes": size,
    "B": size,
    "ratio": percent,
}


def change(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """How much lower, as a factor or in per cent; empty if the units differ.

    >>> change({"value": 1200, "unit": "cost"}, {"value": 8, "unit": "cost"})
    '150× lower'
    >>> change({"value": 100, "unit": "cost"}, {"value": 80, "unit": "cost"})
    '20.0% lower'
    """
    if before["unit"] != after["unit"] or before["value"] <= 0:
        return ""
    return change_of(before["value"], after["value"])


def change_of(before: float | None, after: float | None) -> str:
    """The same for two numbers of one unit; empty if one is missing.

    >>> change_of(8, 12), change_of(5, 0), change_of(None, 3)
    ('50.0% higher', 'gone', '')
    """
    if before is None or after is None or before <= 0:
        return ""
    if after <= 0:
        return "gone"
    factor = before / after
    if factor >= 2:
        return f"{_factor(factor)}× lower"
    if factor > 1:
        return f"{(1 - 1 / factor) * 100:.1f}% lower"
    return "no change" if factor == 1 else f"{(1 / factor - 1) * 100:.1f}% higher"


def _factor(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def one_line(text: str, limit: int = 160) -> str:
    r"""White space folded and cut, for a row of a table.

    >>> one_line("SELECT  *\n  FROM t", 10)
    'SELECT *…'
    """
    folded = " ".join(text[: limit * 8].split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


def spark_points(values: Sequence[float]) -> str:
    """Points of a polyline in a box of 100 by 20, the largest value at the top.

    >>> spark_points([0, 5, 10])
    '0.0,19.0 50.0,10.0 100.0,1.0'
    """
    top = max(values, default=0.0) or 1.0
    step = 100 / max(1, len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{19 - 18 * max(0.0, value) / top:.1f}"
        for index, value in enumerate(values)
    )


def words(value: str) -> str:
    """An identifier of ours as words.

    >>> words("missing_index"), words("n_plus_one")
    ('missing index', 'N+1')
    """
    return _NAMES.get(value) or value.replace("_", " ")


_NAMES = {"n_plus_one": "N+1"}


def unit_label(unit: str) -> str:
    """What a unit measures, as the head of a row.

    >>> unit_label("planner cost"), unit_label("ms")
    ('Planner cost', 'Time')
    """
    return _LABELS.get(unit, unit[:1].upper() + unit[1:])


_LABELS = {
    "ms": "Time",
    "s": "Time",
    "bytes": "Size",
    "B": "Size",
    "ratio": "Share",
}


def effect_words(item: Mapping[str, str]) -> str:
    """What a measured change did, of one statement in a stored proof."""
    return effect_in_words(Effect(item["effect"]), Temperature(item["temperature"]))


FILTERS: dict[str, Callable[..., object]] = {
    "is_sql": is_sql,
    "duration": duration,
    "count": count,
    "size": size,
    "percent": percent,
    "cost": cost,
    "epoch": epoch,
    "moment": moment,
    "quantity": quantity,
    "change": change,
    "change_of": change_of,
    "age": age,
    "spark_points": spark_points,
    "words": words,
    "saved": saved,
    "sentence": sentence,
    "script": script,
    "unit_label": unit_label,
    "one_line": one_line,
    "query_diff": query_diff,
    "effect_words": effect_words,
}
