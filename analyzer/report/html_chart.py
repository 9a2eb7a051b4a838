"""Small charts as inline SVG: bars, lines and shares, readable without a script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analyzer.report.html_page import joined
from analyzer.report.plain import amount, plain

_WIDTH, _HEIGHT = 560.0, 150.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 8.0, 8.0, 22.0
_PLOT_WIDTH = _WIDTH - _LEFT - _RIGHT
_PLOT_HEIGHT = _HEIGHT - _TOP - _BOTTOM
_MAX_LABELS = 6
MAX_SERIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a chart; None where nothing is known."""

    name: str
    values: tuple[float | None, ...]


def share_bar(ratio: float) -> Markup:
    """A bar of the given share, 0 to 1, to stand in a table's cell."""
    width = 100 * min(max(ratio, 0.0), 1.0) if math.isfinite(ratio) else 0.0
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><rect class="track" width="100" height="10"/>'
        '<rect class="fill" width="{}" height="10"/></svg>'
    ).format(f"{width:.1f}%", f"{width:.1f}")


def bar_chart(
    title: str, labels: Sequence[str], values: Sequence[float], unit: str = ""
) -> Markup:
    """Values as bars, such as a count for each hour.

    Args:
        title: printed above it.
        labels: one for each value; only some of many are printed.
        values: not negative.
        unit: as ``plain.amount`` takes it.
    """
    if not values:
        return Markup("")
    top = _ceiling(max(values))
    step = _PLOT_WIDTH / len(values)
    bars = joined(
        Markup(
            '<rect class="fill" x="{}" y="{}" width="{}" height="{}"><title>{}</title>'
            "</rect>"
        ).format(
            f"{_LEFT + at * step:.1f}",
            f"{_y(value, top):.1f}",
            f"{max(step * 0.85, 0.5):.1f}",
            f"{_HEIGHT - _BOTTOM - _y(value, top):.1f}",
            f"{plain(label)}: {amount(value, unit).strip()}",
        )
        for at, (label, value) in enumerate(zip(labels, values, strict=True))
    )
    return _figure(title, bars + _axes(labels, top, unit, step / 2), Markup(""))


def line_chart(
    title: str, labels: Sequence[str], series: Sequence[Series], unit: str = ""
) -> Markup:
    """Up to ``MAX_SERIES`` lines over the same labels; gaps stay gaps.

    Args:
        title: printed above it.
        labels: as many as each series has values.
        series: lines, each with a name for the legend.
        unit: as ``plain.amount`` takes it.

    Raises:
        ValueError: too many lines, or one of another length than the labels.
    """
    if len(series) > MAX_SERIES or any(len(s.values) != len(labels) for s in series):
        raise ValueError("too many lines, or lines and labels of different lengths")
    known = [value for line in series for value in line.values if value is not None]
    if not known:
        return Markup("")
    top = _ceiling(max(known))
    step = _PLOT_WIDTH / max(len(labels) - 1, 1)
    lines = joined(_line(at, line, top, step) for at, line in enumerate(series))
    legend = joined(
        Markup(
            '<span><svg viewBox="0 0 10 10" aria-hidden="true">'
            '<rect class="fill s{}" width="10" height="10"/></svg>{}</span>'
        ).format(at + 1, plain(line.name))
        for at, line in enumerate(series)
    )
    return _figure(
        title,
        lines + _axes(labels, top, unit, 0.0),
        Markup('<div class="legend">{}</div>').format(legend),
    )


def _line(at: int, line: Series, top: float, step: float) -> Markup:
    pieces: list[str] = []
    pen_down = False
    dots: list[Markup] = []
    for position, value in enumerate(line.values):
        before, pen_down = pen_down, value is not None
        if value is None:
            continue
        x, y = _LEFT + position * step, _y(value, top)
        pieces.append(f"{'L' if before else 'M'}{x:.1f} {y:.1f}")
        after = line.values[position + 1 : position + 2]
        if not before and (not after or after[0] is None):
            # A point between two gaps would not be seen as a line.
            dots.append(
                Markup('<circle class="fill s{}" cx="{}" cy="{}" r="2"/>').format(
                    at + 1, f"{x:.1f}", f"{y:.1f}"
                )
            )
    path = Markup('<path class="line s{}" d="{}"/>').format(at + 1, "".join(pieces))
    return path + joined(dots)


def _y(value: float, top: float) -> float:
    return _TOP + _PLOT_HEIGHT * (1 - max(value, 0.0) / top)


def _ceiling(value: float) -> float:
    """The next round number from a value on.

    >>> _ceiling(0), _ceiling(7), _ceiling(1234)
    (1.0, 10.0, 2000.0)
    """
    if not math.isfinite(value) or value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * n for n in (1, 2, 5, 10) if value <= unit * n * (1 + 1e-9))


def _axes(labels: Sequence[str], top: float, unit: str, offset: float) -> Markup:
    bottom = _HEIGHT - _BOTTOM
    marks = [
        Markup(
            '<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(
            _LEFT,
            _WIDTH - _RIGHT,
            f"{_y(value, top):.1f}",
            f"{_y(value, top):.1f}",
            _LEFT - 5,
            f"{_y(value, top) + 4:.1f}",
            amount(value, unit).strip(),
        )
        for value in (0.0, top / 2, top)
    ]
    count = len(labels)
    gaps = max(count - 1, 1) if not offset else count
    every = max(math.ceil(count / _MAX_LABELS), 1)
    for at in range(0, count, every):
        x = _LEFT + _PLOT_WIDTH * at / gaps + offset
        marks.append(
            Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
                f"{x:.1f}", bottom + 15, plain(labels[at])
            )
        )
    return joined(marks)


def _figure(title: str, drawing: Markup, below: Markup) -> Markup:
    name = plain(title)
    return Markup(
        '<figure><figcaption>{}</figcaption><svg viewBox="0 0 {} {}" role="img" '
        'aria-label="{}">{}</svg>{}</figure>'
    ).format(name, int(_WIDTH), int(_HEIGHT), name, drawing, below)
