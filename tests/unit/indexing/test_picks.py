"""Picking: each statement says some times which of its candidates it would use."""

from __future__ import annotations

from types import SimpleNamespace

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.picks import Picker


def index(number: int) -> IndexDefinition:
    return IndexDefinition(
        relation=RelationName("public", "t"),
        keys=(IndexKey(attribute=f"c{number:02}"),),
        include=("x",),
    )


CANDIDATES = tuple(index(number) for number in range(20))


class Server:
    """Uses the first candidate that it is given; each is a little worse than before."""

    def __init__(self, questions: int, statements: int) -> None:
        self.remaining = questions
        self.used: list[IndexDefinition] = []
        prepared = SimpleNamespace(candidates=CANDIDATES)
        self.statements = [
            SimpleNamespace(fingerprint=str(number), prepared=prepared)
            for number in range(statements)
        ]
        self.worths = self

    def base(self, item) -> float:
        return 100.0

    def asked(self, questions):
        for item, offered in questions:
            self.remaining -= 1
            first = min(offered, key=CANDIDATES.index)
            self.used.append(first)
            yield (item, offered), (1.0 + CANDIDATES.index(first), frozenset({first}))


def picked(server: Server) -> set[IndexDefinition]:
    picker = Picker(
        table=server, fits=lambda _: True, size_bytes=lambda _: 1, asked=server.asked
    )
    picker.pick(None)
    return set(server.used)


def test_few_statements_pick_until_the_late_ones_are_known_too() -> None:
    assert picked(Server(questions=1_000, statements=2)) == set(CANDIDATES[:16])


def test_many_statements_leave_questions_for_the_search() -> None:
    server = Server(questions=1_000, statements=40)
    assert picked(server) == set(CANDIDATES[:8])
    assert server.remaining >= 1_000 * 0.4


def test_picks_never_take_what_the_search_needs() -> None:
    server = Server(questions=100, statements=40)
    assert picked(server) == set(CANDIDATES[:2])
