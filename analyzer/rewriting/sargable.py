"""Predicates an index cannot search by, rewritten so that it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.domain.catalog import Catalog
from analyzer.rewriting import (
    formatted_ranges,
    plain_values,
    time_ranges,
    zoned_ranges,
)
from analyzer.rewriting.comparison import Comparison, SargableForm
from analyzer.rewriting.edit import Replacement, edited
from analyzer.statements.facts import Clause, Predicate, SideKind, StatementShape
from analyzer.statements.parse import walk
from analyzer.statements.source import SourceText

Rule = Callable[[Comparison], SargableForm | None]

RULES: tuple[Rule, ...] = (
    time_ranges.cast_to_date,
    time_ranges.date_trunc,
    time_ranges.extract_year,
    formatted_ranges.to_char,
    zoned_ranges.day_at_utc,
    plain_values.cast_to_text,
    plain_values.cast_to_wider,
    plain_values.added_constant,
    plain_values.multiplied_constant,
    plain_values.added_interval,
    plain_values.age_of_timestamp,
    plain_values.coalesced,
    plain_values.nullified,
    plain_values.left_prefix,
    plain_values.not_distinct,
    plain_values.wider_number,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SargableRewrite:
    """A query with one or more predicates made sargable.

    Attributes:
        query: the new text; everything else in it is as it was.
        predicates: those that were changed, in the order of the text.
        forms: what each became.
    """

    query: str
    predicates: tuple[Predicate, ...]
    forms: tuple[SargableForm, ...]

    @property
    def conditions(self) -> tuple[str, ...]:
        """Everything that must hold for the same rows, each once."""
        found = (text for form in self.forms for text in form.conditions)
        return tuple(dict.fromkeys(found))


def sargable_rewrite(
    shape: StatementShape, catalog: Catalog, known: Mapping[int, str]
) -> SargableRewrite | None:
    """Every predicate of a statement made sargable that a rule can prove.

    Args:
        shape: of the query.
        catalog: the types, NOT NULLs and indexes the rules stand on.
        known: parameters with one value in every logged execution.

    Returns:
        None where no rule applies or the text cannot be changed for certain.
    """
    source = SourceText(shape.query)
    changed: list[tuple[Predicate, SargableForm]] = []
    for predicate in shape.predicates:
        if not _is_candidate(predicate) or _is_counted(changed, predicate):
            continue
        form = _first_form(predicate, shape, catalog, source, known)
        if form is not None:
            changed.append((predicate, form))
    if not changed:
        return None
    changed.sort(key=lambda item: item[0].start)
    query = edited(shape.query, [_replacement(*item) for item in changed])
    if query is None:
        return None
    predicates, forms = zip(*changed, strict=True)
    return SargableRewrite(query=query, predicates=predicates, forms=forms)


def _first_form(
    predicate: Predicate,
    shape: StatementShape,
    catalog: Catalog,
    source: SourceText,
    known: Mapping[int, str],
) -> SargableForm | None:
    use = shape.uses[predicate.use]
    relation, column = catalog.find(use.relation), _column_text(predicate, source)
    if relation is None or column is None:
        return None
    found = Comparison(
        predicate=predicate,
        relation=relation,
        column=column,
        nullable=use.nullable,
        known=known,
    )
    return next(_forms(found), None)


def _forms(found: Comparison) -> Iterator[SargableForm]:
    for rule in RULES:
        form = rule(found)
        if form is not None:
            yield form


def _column_text(predicate: Predicate, source: SourceText) -> str | None:
    """The attribute as the query writes it, if the condition names one column only."""
    found = [fields for kind, fields in walk(predicate.node) if kind == "ColumnRef"]
    span = source.reference(found[0]) if len(found) == 1 else None
    return source.text(span) if span else None


def _is_candidate(predicate: Predicate) -> bool:
    """A condition that stands in the text, outside of HAVING, without a subquery."""
    return (
        predicate.start < predicate.end
        and predicate.clause is not Clause.HAVING
        and predicate.other.kind is not SideKind.SUBQUERY
    )


def _is_counted(
    changed: list[tuple[Predicate, SargableForm]], predicate: Predicate
) -> bool:
    return any(item.start == predicate.start for item, _ in changed)


def _replacement(predicate: Predicate, form: SargableForm) -> Replacement:
    is_list = " AND " in form.text and predicate.disjunction is not None
    return Replacement(
        span=(predicate.start, predicate.end),
        text=f"({form.text})" if is_list else form.text,
        node=predicate.node,
    )
