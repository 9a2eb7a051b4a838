"""Results for a pull request or a ticket, as GitHub reads Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.domain.recommendation import Recommendation
from analyzer.domain.scan import ScanResult
from analyzer.report.as_text import QUERY_LENGTH, action_text
from analyzer.report.logs_as_rows import finding_text
from analyzer.report.plain import amount, plain, plain_lines, shortened

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~@&])")
_FENCE = re.compile(r"`{3,}")


def scan_result(result: ScanResult) -> str:
    """A scan as Markdown: a table of recommendations, then each in full."""
    return "\n".join(_scan(result)).rstrip() + "\n"


def recommendation(rec: Recommendation) -> str:
    """One recommendation in full, without a heading of its own."""
    return "\n".join(_details(rec)).rstrip() + "\n"


def escaped(text: str) -> str:
    r"""Foreign text that Markdown and HTML show as it is.

    >>> escaped("a|b <i>*c*")
    'a\\|b \\<i\\>\\*c\\*'
    """
    return _SPECIAL.sub(r"\\\1", plain(text))


def _scan(result: ScanResult) -> Iterator[str]:
    count = len(result.recommendations)
    noun = "recommendation" if count == 1 else "recommendations"
    yield f"## pgproof: {count} {noun} for {escaped(result.database)}"
    yield ""
    if result.recommendations:
        yield "| # | saves | recommendation | before | after | basis |"
        yield "|--:|--:|---|--:|--:|---|"
    for rank, rec in enumerate(result.recommendations, start=1):
        cells = (
            str(rank),
            f"{rec.impact_ratio:.1%}" if rec.impact_ratio > 0 else "–",
            escaped(rec.title),
            escaped(amount(rec.before.value, rec.before.unit)),
            escaped(amount(rec.after.value, rec.after.unit)),
            rec.basis.value,
        )
        yield f"| {' | '.join(cells)} |"
    for rank, rec in enumerate(result.recommendations, start=1):
        yield ""
        yield f"### {rank}. {escaped(rec.title)}"
        yield ""
        yield from _details(rec)
    yield from _log_findings(result)
    yield from _negatives(result)


def _details(rec: Recommendation) -> Iterator[str]:
    yield from _fenced(action_text(rec.action))
    for item in rec.evidence:
        quantity = item.quantity
        yield (
            f"- {escaped(item.claim)}: "
            f"**{escaped(amount(quantity.value, quantity.unit))}** "
            f"({quantity.basis.value}; {escaped(quantity.source)})"
        )
    yield from (f"- {escaped(reason)}" for reason in rec.reasons)
    yield ""
    conditions = "; ".join(escaped(item) for item in rec.conditions)
    yield f"Results: {rec.semantics.value}{': ' if conditions else ''}{conditions}."
    if rec.verify:
        yield from ("", "Verify:", "", *_fenced(rec.verify))
    if rec.rollback:
        yield from ("", "Rollback:", "", *_fenced(rec.rollback))
    if rec.caveats:
        yield from ("", *(f"> {escaped(caveat)}" for caveat in rec.caveats))
    if rec.refuted_by:
        yield from ("", f"Refuted by: {escaped(rec.refuted_by)}")


def _fenced(text: str) -> Iterator[str]:
    """SQL in a fence that nothing inside of it can close."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    yield f"{fence}sql"
    yield plain_lines(text)
    yield fence


def _log_findings(result: ScanResult) -> Iterator[str]:
    if result.log_findings:
        yield from ("", "### The log also shows", "")
    texts = result.workload.texts
    for found in result.log_findings:
        yield f"- {escaped(finding_text(found, texts))}"


def _negatives(result: ScanResult) -> Iterator[str]:
    if result.no_advice:
        yield from ("", "### No advice for", "")
    for item in result.no_advice:
        known = result.workload.by_fingerprint.get(item.fingerprint)
        text = known.statement.normalized_query if known else item.fingerprint
        yield f"- {escaped(shortened(text, QUERY_LENGTH))}: {escaped(item.reason)}"
    if result.did_not_run:
        yield from ("", "### Did not run", "")
    for waiting in result.did_not_run:
        yield (
            f"- {escaped(waiting.advisor)}: {escaped(waiting.why)} "
            f"{escaped(waiting.hint)}"
        )
    unseen = dict.fromkeys((*result.not_seen, *result.workload.not_seen))
    if unseen:
        yield from ("", "### Not seen", "")
    for gap in unseen:
        yield f"- {escaped(gap.what)}: {escaped(gap.why)} {escaped(gap.hint)}"
