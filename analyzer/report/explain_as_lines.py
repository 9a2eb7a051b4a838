"""An explanation as sections of plain lines, for text and Markdown alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.domain.explanation import (
    ChangeKind,
    ExplainedCase,
    Explanation,
    Finding,
    NodeChange,
    PlanDiff,
    ScaledTable,
    UnusedIndex,
)
from analyzer.domain.plan import Plan
from analyzer.domain.workload import ParameterSet
from analyzer.plans.as_tree import render_tree
from analyzer.plans.signature import signature
from analyzer.report.plain import amount, number, plain, shortened, size

MAX_CHANGES = 15
_VALUE_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A title with items, or with a drawing whose spaces matter."""

    title: str
    items: tuple[str, ...] = ()
    drawing: str = ""


def sections(explanation: Explanation) -> Iterator[Section]:
    """Everything in the order a reader wants it, empty sections left out.

    Costs are planner units, never time; texts are free of control characters.
    """
    found = (
        *_what_if(explanation),
        *_first_case(explanation),
        *_measured(explanation),
        _findings(explanation),
        *_other_cases(explanation),
        _unused(explanation),
        _not_seen(explanation),
    )
    yield from (item for item in found if item.items or item.drawing)


def heading(explanation: Explanation) -> str:
    """One line: the plan's cost, with the what-if's beside it, and who planned it."""
    case = explanation.cases[0]
    costs = f"cost {number(case.before.total_cost)}"
    if case.diff is not None:
        costs += f" → {number(case.diff.cost_after)}{_ratio(case.diff)}"
    return f"{costs}, {_source(explanation)}"


def _source(explanation: Explanation) -> str:
    who = plain(explanation.planner_source)
    return f"planned by {who}" if explanation.query else f"read from {who}"


def _ratio(diff: PlanDiff) -> str:
    before, after = diff.cost_before, diff.cost_after
    if min(before, after) <= 0:
        return ""
    times = max(before, after) / min(before, after)
    if times < 1.01:
        return " (no change)"
    return f" ({number(times)} times {'less' if after < before else 'more'})"


def _what_if(explanation: Explanation) -> Iterator[Section]:
    items: list[str] = []
    for index in explanation.indexes:
        use = "used" if index.used else "not used by any plan"
        if index.reason:
            use = f"{use}: {plain(index.reason)}"
        items.append(f"{plain(index.ddl)}: about {size(index.size_bytes)}, {use}")
    items += [f"index {plain(str(name))} does not exist" for name in explanation.hidden]
    items += [
        f"{name} = {plain(value)}" for name, value in explanation.settings.items()
    ]
    items += [_scaled_line(item) for item in explanation.scaled]
    yield Section(title="What if", items=tuple(items))


def _scaled_line(item: ScaledTable) -> str:
    return (
        f"{plain(str(item.relation))} has {item.factor:g} times its rows: "
        f"{number(item.rows_before)} → {number(item.rows_after)}, table "
        f"{size(item.table_bytes_before)} → {size(item.table_bytes_after)}, its "
        f"indexes {size(item.index_bytes_before)} → {size(item.index_bytes_after)}"
    )


def _first_case(explanation: Explanation) -> Iterator[Section]:
    case = explanation.cases[0]
    yield Section(title="Values", items=tuple(_values(case.parameters)))
    title = "Plan" if case.after is None else "Plan before"
    yield Section(title=title, drawing=render_tree(case.before))
    if case.after is None or case.diff is None:
        return
    if case.diff.same_shape:
        yield Section(title="Plan after", items=("The same choices as before.",))
    else:
        yield Section(title="Plan after", drawing=render_tree(case.after))
    yield Section(title="What changes", items=tuple(change_lines(case.diff)))


def _values(parameters: ParameterSet | None) -> Iterator[str]:
    if parameters is None:
        return
    for place, value in enumerate(parameters.values, start=1):
        shown = "NULL" if value is None else shortened(value, _VALUE_LENGTH)
        yield f"${place} = {shown}"
    yield f"{parameters.label}: {plain(parameters.source)}"


def change_lines(diff: PlanDiff) -> Iterator[str]:
    """What differs, replaced and new nodes first; changed estimates only by need."""
    shapes = [c for c in diff.changes if c.kind is not ChangeKind.ESTIMATED_ANEW]
    others = [c for c in diff.changes if c.kind is ChangeKind.ESTIMATED_ANEW]
    shown = shapes or sorted(others, key=_cost_change, reverse=True)
    yield from (f"{plain(item.what)}{_costs(item)}" for item in shown[:MAX_CHANGES])
    if len(shown) > MAX_CHANGES:
        yield f"… and {len(shown) - MAX_CHANGES} more"
    if not shown:
        yield "Nothing: the plan and its estimates are the same."


def _cost_change(item: NodeChange) -> float:
    return abs((item.cost_after or 0.0) - (item.cost_before or 0.0))


def _costs(item: NodeChange) -> str:
    shown = [
        number(cost) for cost in (item.cost_before, item.cost_after) if cost is not None
    ]
    return f" (cost {' → '.join(shown)})"


def _measured(explanation: Explanation) -> Iterator[Section]:
    if explanation.measured is not None:
        yield Section(
            title="Measured, with these values",
            drawing=render_tree(explanation.measured),
        )


def _findings(explanation: Explanation) -> Section:
    items = tuple(finding_line(item) for item in explanation.findings)
    plan = explanation.measured or explanation.cases[0].before
    if not items and plan.root.loops:
        items = ("None: no rule finds anything amiss in the plan that was run.",)
    return Section(title="Findings", items=items)


def finding_line(item: Finding) -> str:
    """A finding in one line: claim, number, basis, remedy."""
    quantity = item.quantity
    remedy = f" {plain(item.remedy)}" if item.remedy else ""
    return (
        f"{plain(item.claim)} [{amount(quantity.value, quantity.unit)}, "
        f"{quantity.basis.value}]{remedy}"
    )


def _other_cases(explanation: Explanation) -> Iterator[Section]:
    first = explanation.cases[0]
    for case in explanation.cases[1:]:
        label = case.parameters.label if case.parameters else "unknown (generic plan)"
        yield Section(title=f"With other values: {label}", items=tuple(_case(case)))
        for name, own, known in (
            ("before", case.before, first.before),
            ("after", case.after, first.after),
        ):
            if own is not None and not _is_alike(own, known):
                yield Section(
                    title=f"Plan {name}, values {label}", drawing=render_tree(own)
                )


def _is_alike(plan: Plan, other: Plan | None) -> bool:
    return other is not None and signature(plan) == signature(other)


def _case(case: ExplainedCase) -> Iterator[str]:
    yield from _values(case.parameters)
    if case.diff is None:
        yield f"cost {number(case.before.total_cost)}"
    else:
        before, after = case.diff.cost_before, case.diff.cost_after
        yield f"cost {number(before)} → {number(after)}{_ratio(case.diff)}"


def _unused(explanation: Explanation) -> Section:
    return Section(
        title="Existing indexes that are not used",
        items=tuple(_unused_line(item) for item in explanation.unused),
    )


def _unused_line(item: UnusedIndex) -> str:
    return f"{plain(item.index.name)} on {plain(str(item.relation))}: " + plain(
        item.reason
    )


def _not_seen(explanation: Explanation) -> Section:
    return Section(
        title="Not seen",
        items=tuple(
            f"{plain(item.what)}: {plain(item.why)} {plain(item.hint)}".rstrip()
            for item in explanation.not_seen
        ),
    )
