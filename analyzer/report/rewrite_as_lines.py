"""Rewrites as sections of plain lines, for text and Markdown alike."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.rewriting import Condition, IndexRemedy, Rewrite, Rewriting
from analyzer.report.explain_as_lines import Section
from analyzer.report.plain import number, plain, plain_lines, shortened, size
from analyzer.report.query_diff import marked

_VALUE_LENGTH = 40


def heading(found: Rewriting) -> str:
    """One line: how many rewrites there are, and the gain of the best."""
    if not found.offered:
        return "no rewrite is proved the same and cheaper"
    best = found.offered[0]
    count = len(found.offered)
    noun = "rewrite" if count == 1 else "rewrites"
    return f"{count} {noun}, the best with {costs(best)} ({found.planner_source})"


def sections(found: Rewriting) -> Iterator[Section]:
    """Everything in the order a reader wants it, empty sections left out."""
    several = len(found.offered) > 1
    for number_of, item in enumerate(found.offered, start=1):
        title = f"Rewrite {number_of}" if several else "Rewrite"
        yield from _rewrite(title, found.query, item)
    if found.index is not None:
        yield Section(title="An index instead", items=tuple(_index(found)))
    for item in found.not_offered:
        yield Section(title="If a constraint were there", items=tuple(_if_proved(item)))
    dropped = tuple(plain(text) for text in found.dropped)
    if dropped:
        yield Section(title="Tried and not offered", items=dropped)
    not_seen = tuple(
        plain(f"{item.what}: {item.why}{'. ' + item.hint if item.hint else ''}")
        for item in found.not_seen
    )
    if not_seen:
        yield Section(title="Not seen", items=not_seen)


def costs(item: Rewrite) -> str:
    """The mean planner cost before and after, and the ratio."""
    before, after = item.cost_before, item.cost_after
    ratio = f", {number(before / after)} times less" if after else ""
    return f"planner cost {number(before)} to {number(after)}{ratio}"


def condition(item: Condition) -> str:
    """A named fact with its proof, or with what would prove it."""
    if item.holds:
        return plain(f"{item.fact.value}: {item.claim}. Proof: {item.proof}.")
    hint = f" This would prove it: {item.ddl}" if item.ddl else ""
    return plain(f"{item.fact.value}: {item.claim}. Not proved.{hint}")


def _rewrite(title: str, query: str, item: Rewrite) -> Iterator[Section]:
    yield Section(title=title, drawing=plain_lines(item.query))
    yield Section(title="Marked", drawing=plain_lines(marked(query, item.query)))
    verdict = item.verdict
    tested = f", {verdict.databases:,} databases" if verdict.databases else ""
    if verdict.mutation_score_ratio is not None:
        tested += f", {verdict.mutation_score_ratio:.0%} of mistakes found by them"
    yield Section(
        title="Why it is the same",
        items=(
            plain(f"{item.semantics.value}; {verdict.level}{tested}: {verdict.reason}"),
            *(f"step {step.rule}: {plain(step.what)}" for step in item.steps),
            *(condition(one) for one in item.conditions),
        ),
    )
    if verdict.counterexample:
        yield Section(
            title="Where a caveat comes true",
            drawing=plain_lines(verdict.counterexample),
        )
    yield Section(title="What it gains", items=tuple(_gains(item)))
    if item.plan_after:
        yield Section(title="Plan of the new text", drawing=item.plan_after)
    if item.caveats:
        yield Section(title="Caveats", items=tuple(map(plain, item.caveats)))


def _gains(item: Rewrite) -> Iterator[str]:
    yield costs(item)
    if len(item.costs) > 1:
        for one in item.costs:
            values = ", ".join(
                "NULL" if value is None else shortened(value, _VALUE_LENGTH)
                for value in one.values
            )
            yield (
                f"{one.label} values ({values}): "
                f"{number(one.before)} to {number(one.after)}"
            )
    if item.create_ddl:
        yield f"with this index, which alone does not do it: {plain(item.create_ddl)}"
    found = item.measurement
    if found is not None:
        yield (
            f"measured: {number(found.before_ms)} to {number(found.after_ms)} ms, "
            f"{found.before_blks:,} to {found.after_blks:,} blocks, {found.source}"
        )


def _index(found: Rewriting) -> Iterator[str]:
    item = found.index
    if item is None:
        return
    yield (
        f"{plain(item.ddl)} ({size(item.size_bytes)}): planner cost of the query as it "
        f"is {number(item.cost_before)} to {number(item.cost_after)}"
    )
    if found.offered:
        yield _weighed(item, found.offered[0])


def _weighed(item: IndexRemedy, best: Rewrite) -> str:
    """Which remedy comes first: the cheaper one; of two alike the one without disk."""
    if best.create is not None:
        return "The rewrite needs an index as well, so weigh both by their gain."
    if best.cost_after <= item.cost_after * 1.1:
        return (
            "The rewrite does as much or more without disk and writes: take it first."
        )
    return (
        "The index does more for this query; the rewrite costs no disk and no writes."
    )


def _if_proved(item: Rewrite) -> Iterator[str]:
    yield costs(item)
    for one in item.unproven:
        yield condition(one)
    yield f"then: {plain(item.query)}"
