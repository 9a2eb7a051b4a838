"""Hypothetical indexes of a shadow: made once, kept off, switched on for a question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import AnalyzerError
from analyzer.planner.shadow_hypothetical import Hypothetical, IndexMaker
from analyzer.planner.shadow_limits import refuse_endless
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.rolled_back import set_local
from analyzer.postgres.shadow_database import ShadowRelation, set_valid
from analyzer.postgres.shadow_questions import QuestionPipeline, SwitchedQuestion

_TOTAL_COST = re.compile(rb'"Total Cost": ([-+.eE\d]+)')
# Quotes and line breaks in values are escaped, so a line that begins so is a name.
_INDEX_NAME = re.compile(rb'^ *"Index Name": (".*"),?$', re.MULTILINE)


_Names = tuple[tuple[IndexDefinition, tuple[str, ...]], ...]
"""The hypothetical indexes of a question, with the names that a plan may show."""


@dataclass(slots=True, kw_only=True)
class IndexSwitch:
    """Keeps the hypothetical indexes of one shadow, and switches them.

    Attributes:
        maker: makes those that are new.
        owner: the session that plans; it sees what is switched on.
    """

    maker: IndexMaker
    owner: Connection
    _made: dict[IndexDefinition, Hypothetical | AnalyzerError] = field(
        default_factory=dict
    )
    _questions: QuestionPipeline | None = None

    def prepare(
        self, definitions: Iterable[IndexDefinition]
    ) -> dict[IndexDefinition, AnalyzerError]:
        """Make those that are new, all at once; what could not be made, and why."""
        failed: dict[IndexDefinition, AnalyzerError] = {}
        asked: dict[IndexDefinition, IndexDefinition] = {}
        for definition in definitions:
            try:
                asked[definition] = self.maker.qualified(definition)
            except AnalyzerError as error:
                failed[definition] = error
        new = [d for d in dict.fromkeys(asked.values()) if d not in self._made]
        if new:
            self._made.update(self.maker.make(new))
        for definition, qualified in asked.items():
            made = self._made[qualified]
            if isinstance(made, AnalyzerError):
                failed[definition] = made
        return failed

    def hypothetical(self, definition: IndexDefinition) -> Hypothetical:
        """The hypothetical index of a definition, made now if it is new.

        Raises:
            UnknownRelation: its relation is not in the shadow.
            PlanningFailed: PostgreSQL does not accept the definition.
        """
        made = self._made.get(definition)
        if made is None:
            definition = self.maker.qualified(definition)
            if definition not in self._made:
                self._made.update(self.maker.make([definition]))
            made = self._made[definition]
        if isinstance(made, AnalyzerError):
            raise made
        return made

    def hidden_oids(self, names: Iterable[RelationName]) -> list[int]:
        """Oids of existing indexes and of their parts on partitions.

        Raises:
            UnknownRelation: there is no such index.
        """
        return [oid for name in names for oid in self._with_parts(self._index(name))]

    @contextmanager
    def switched(
        self,
        create: Sequence[Hypothetical],
        hide: Sequence[RelationName],
        settings: Mapping[str, str] | None = None,
    ) -> Iterator[None]:
        """A block in which some indexes exist and some do not, for this session.

        Settings of the planner hold inside of it, if their values are accepted.
        """
        on_oids = [oid for item in create for oid in item.oids]
        off_oids = self.hidden_oids(hide)
        with self.owner.transaction(force_rollback=True):
            if on_oids or off_oids:
                set_valid(self.owner, on_oids, off_oids)
            with planning():
                set_local(self.owner, settings or {})
            yield

    def costs(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[PlanCost | AnalyzerError]:
        """Costs in the order of the questions; an error stands in its place.

        Raises:
            TargetError: the shadow was lost.
        """
        self.prepare(item for question in questions for item in question.create)
        answers: list[PlanCost | AnalyzerError | None] = []
        switched: list[tuple[SwitchedQuestion, _Names]] = []
        for question in questions:
            try:
                switched.append(self._switched_question(question))
                answers.append(None)
            except AnalyzerError as error:
                answers.append(error)
        if self._questions is None:
            self._questions = QuestionPipeline(self.owner)
        documents = self._questions.ask([asked for asked, _ in switched])
        found = (
            document if isinstance(document, AnalyzerError) else _cost(document, names)
            for document, (_, names) in zip(documents, switched, strict=True)
        )
        return [next(found) if item is None else item for item in answers]

    def size(self, definition: IndexDefinition) -> int:
        """Estimated bytes, the parts on all partitions together."""
        definition = self.maker.qualified(definition)
        made = self._made.get(definition)
        if isinstance(made, Hypothetical):
            return made.size_bytes
        return self.maker.size_bytes(definition)

    def _switched_question(
        self, question: WhatIfQuestion
    ) -> tuple[SwitchedQuestion, _Names]:
        refuse_endless(question.query)
        made = [self.hypothetical(definition) for definition in question.create]
        asked = SwitchedQuestion(
            query=question.query,
            values=question.parameters,
            on_oids=tuple(oid for item in made for oid in item.oids),
            off_oids=tuple(self.hidden_oids(question.hide)),
            settings=tuple(question.settings.items()),
        )
        names = zip(question.create, (item.names for item in made), strict=True)
        return asked, tuple(names)

    def _with_parts(self, index: ShadowRelation) -> Iterator[int]:
        yield index.oid
        if index.kind == "I":
            for item in self.maker.database.relations.values():
                if item.parent_oid == index.oid:
                    yield from self._with_parts(item)

    def _index(self, name: RelationName) -> ShadowRelation:
        return self.maker.index(name)


def _cost(document: bytes, made: _Names) -> PlanCost:
    r"""Cost and indexes of a plan, without reading the whole of it.

    >>> _cost(b'[\n {"Plan": {\n "Total Cost": 8.5,\n "Index Name": "i"\n}}]', ())
    PlanCost(total_cost=8.5, created=frozenset(), index_names=frozenset({'i'}))
    """
    total = _TOTAL_COST.search(document)
    names = frozenset(str(json.loads(name)) for name in _INDEX_NAME.findall(document))
    return PlanCost(
        total_cost=float(total[1]) if total else 0.0,
        created=frozenset(
            definition for definition, own in made if not names.isdisjoint(own)
        ),
        index_names=names,
    )
