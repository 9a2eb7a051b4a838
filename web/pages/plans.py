"""Plans: one with its findings, and what differs between any two, stored or pasted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from analyzer.domain.plan import Plan
from analyzer.errors import AnalyzerError, UserError
from analyzer.pipeline.explain_plan import (
    ExaminedPlan,
    difference,
    examine_document,
    examine_text,
)
from analyzer.report.explain_as_lines import change_lines, finding_line
from analyzer.report.plan_lines import PlanLine, lines_of
from analyzer.store import plans
from analyzer.store.plans import StoredPlan
from web import auth, current
from web.params import integer

MAX_PLAN_CHARS = 500_000
_ELEMENT = re.compile(r'<(?=["A-Za-z/!?])')
"""What opens an element in HTML; an operator has a space behind it anyway."""

blueprint = Blueprint("plans", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    """A plan as its page shows it; ``stored`` is none for one that was pasted."""

    examined: ExaminedPlan
    lines: tuple[PlanLine, ...]
    stored: StoredPlan | None = None

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.examined.plan

    @property
    def finding_lines(self) -> tuple[str, ...]:
        """What is wrong in it, as sentences."""
        return tuple(finding_line(item) for item in self.examined.findings)

    @property
    def document(self) -> str:
        """The plan as JSON, for the viewer; no text in it can begin an element.

        pev2 writes conditions into the page as HTML: the policy stops scripts there,
        but not images of our own server.
        """
        text = json.dumps([dict(self.plan.raw)], default=str)
        return _ELEMENT.sub("< ", text)


@blueprint.get("/plans/<int:plan_id>")
def show(plan_id: int) -> ResponseReturnValue:
    """One stored plan."""
    return render_template("plan.html", section="plans", shown=_stored(plan_id))


@blueprint.get("/plans")
def compare() -> ResponseReturnValue:
    """The form for pasted plans, or what differs between two that are stored."""
    chosen = [integer(name, request.args.get(name)) for name in ("before", "after")]
    if chosen == [None, None]:
        return _form(("", ""), None, 200)
    if chosen[0] is None or chosen[1] is None:
        raise UserError(
            "two plans are needed", hint="Choose one as before and one as after."
        )
    return _shown(_stored(chosen[0]), _stored(chosen[1]))


@blueprint.post("/plans")
def paste() -> ResponseReturnValue:
    """Explain a pasted plan, or compare two. Nothing of them is kept."""
    texts = request.form.get("before", ""), request.form.get("after", "")
    try:
        auth.spend_work()
        before = _pasted(texts[0], "first")
        after = _pasted(texts[1], "second") if texts[1].strip() else None
    except AnalyzerError as error:
        return _form(texts, error, error.http_status)
    if after is None:
        return render_template("plan.html", section="plans", shown=before)
    return _shown(before, after)


def _shown(before: ShownPlan, after: ShownPlan) -> ResponseReturnValue:
    diff = difference(before.examined, after.examined)
    return render_template(
        "plan_diff.html",
        section="plans",
        before=before,
        after=after,
        diff=diff,
        changes=tuple(change_lines(diff)),
    )


def _form(
    texts: tuple[str, str], error: AnalyzerError | None, status: int
) -> ResponseReturnValue:
    page = render_template(
        "plan_paste.html", section="plans", before=texts[0], after=texts[1], error=error
    )
    return page, status


def _stored(plan_id: int) -> ShownPlan:
    found = plans.get_plan(current.store(), plan_id)
    if found is None:
        raise NotFound
    examined = examine_document(found.document, found.source)
    if examined is None:
        raise NotFound
    return ShownPlan(examined=examined, lines=lines_of(examined.plan), stored=found)


def _pasted(text: str, which: str) -> ShownPlan:
    if not text.strip():
        raise UserError(
            f"the {which} plan is empty", hint="Paste the output of EXPLAIN."
        )
    if len(text) > MAX_PLAN_CHARS:
        raise UserError(
            f"the {which} plan is longer than {MAX_PLAN_CHARS:,} characters"
        )
    examined = examine_text(text, f"the {which} text")
    return ShownPlan(examined=examined, lines=lines_of(examined.plan))
