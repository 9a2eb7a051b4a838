"""A recommendation out of the JSON that :mod:`analyzer.report.as_json` made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.recommendation import (
    Action,
    AffectedStatement,
    Basis,
    ChangeApplication,
    CreateIndex,
    DropIndex,
    Evidence,
    Quantity,
    Recommendation,
    RewriteQuery,
    RunMaintenance,
    Semantics,
)
from analyzer.domain.statement import Fingerprint
from analyzer.errors import SourceError

Json = Mapping[str, Any]


def recommendation(document: Json) -> Recommendation:
    """The recommendation a document holds, with the same identity.

    Raises:
        SourceError: the document is not one of ours.
    """
    try:
        return Recommendation(
            advisor=document["advisor"],
            title=document["title"],
            action=_action(document["action"]),
            before=_quantity(document["before"]),
            after=_quantity(document["after"]),
            evidence=tuple(
                Evidence(claim=item["claim"], quantity=_quantity(item))
                for item in document["evidence"]
            ),
            # Documents that were stored before 2026-11-27 have none.
            reasons=tuple(document.get("reasons", ())),
            affects=tuple(_affected(item) for item in document["affected_statements"]),
            rollback=document["rollback"],
            semantics=Semantics(document["semantics"]),
            conditions=tuple(document["conditions"]),
            verify=document["verify"],
            refuted_by=document["refuted_by"],
            caveats=tuple(document["caveats"]),
            impact_ratio=document["impact_ratio"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(
            "the JSON is not a recommendation of ours", detail=type(error).__name__
        ) from error


def _action(document: Json) -> Action:
    return _ACTIONS[document["kind"]](document)


def _create(document: Json) -> Action:
    return CreateIndex(
        ddl=document["ddl"],
        definition=_definition(document["definition"]),
        name=document["name"],
        size_bytes=document["size_bytes"],
    )


def _drop(document: Json) -> Action:
    return DropIndex(
        ddl=document["ddl"],
        index=RelationName(document["schema"], document["name"]),
        size_bytes=document["size_bytes"],
    )


def _rewrite(document: Json) -> Action:
    needed = document.get("needs_index")
    return RewriteQuery(
        original=document["original"],
        query=document["query"],
        counterexample=document.get("counterexample", ""),
        needs_index=_definition(needed) if needed else None,
    )


def _maintenance(document: Json) -> Action:
    return RunMaintenance(
        ddl=document["ddl"],
        relation=RelationName(document["schema"], document["relation"]),
    )


def _change(document: Json) -> Action:
    return ChangeApplication(
        instruction=document["instruction"], query=document["query"]
    )


_ACTIONS: Mapping[str, Callable[[Json], Action]] = {
    "create_index": _create,
    "drop_index": _drop,
    "rewrite_query": _rewrite,
    "run_maintenance": _maintenance,
    "change_application": _change,
}


def _definition(document: Json) -> IndexDefinition:
    return IndexDefinition(
        relation=RelationName(document["schema"], document["relation"]),
        keys=tuple(IndexKey(**key) for key in document["keys"]),
        method=document["method"],
        include=tuple(document["include"]),
        predicate=document["predicate"],
        unique=document["unique"],
        nulls_not_distinct=document["nulls_not_distinct"],
    )


def _quantity(document: Json) -> Quantity:
    return Quantity(
        value=document["value"],
        unit=document["unit"],
        basis=Basis(document["basis"]),
        source=document["source"],
    )


def _affected(document: Json) -> AffectedStatement:
    return AffectedStatement(
        fingerprint=Fingerprint(document["fingerprint"]),
        exec_time_ratio=document["exec_time_ratio"],
        cost_before=document["cost_before"],
        cost_after=document["cost_after"],
        calls=document["calls"],
    )
