from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.domain.catalog import Catalog, RelationActivity
from analyzer.domain.index import IndexDefinition
from analyzer.domain.workload import Workload
from analyzer.errors import PlanningFailed
from analyzer.indexing.doubts import WorthThresholds
from analyzer.indexing.worthwhile import Worthwhile, WorthwhileOptions, worthwhile
from tests.support.catalogs import catalog, definition, index, table
from tests.support.recorded_planner import (
    Answer,
    Model,
    RecordedPlanner,
    by_keys,
    keys_of,
)
from tests.support.workloads import run, workload

SHOP = catalog(
    table("t", ("id", "a", "b", "c"), unique=[("id",)]),
    table("log", ("id", "a", "b"), unique=[("id",)]),
)
BY_A = "SELECT * FROM t WHERE a = $1"
BY_AB = "SELECT * FROM t WHERE a = $1 AND b = $2"


def chosen(found: Worthwhile) -> list[tuple[str, ...]]:
    return [keys_of(item.definition) for item in found.indexes]


def reasons(found: Worthwhile) -> list[str]:
    return [outcome.why for outcome in found.unhelped]


def choose(
    model: Model, ran: Workload, known: Catalog = SHOP, **options: object
) -> tuple[Worthwhile, RecordedPlanner]:
    planner = RecordedPlanner(model)
    bounds = WorthwhileOptions(**options)  # type: ignore[arg-type]
    return worthwhile(ran, known, planner, bounds), planner


def test_an_index_that_pays_is_chosen_with_its_numbers() -> None:
    found, planner = choose(
        by_keys({("a",): 10.0}, base=1000.0),
        workload(run(BY_A, ("1",), ms=800), run("SELECT 1", ms=200)),
    )
    (only,) = found.indexes
    assert keys_of(only.definition) == ("a",)
    assert only.saved_ratio == 0.8 * 0.99
    (helped,) = only.helped
    assert (helped.before.cost, helped.promised.cost) == (1000.0, 10.0)
    asked = len(planner.questions) + len(planner.cost_questions)
    assert found.what_if_calls == asked
    assert found.complete


def test_silent_when_the_planner_gains_less_than_a_fifth() -> None:
    found, _ = choose(
        by_keys({("a",): 850.0}, base=1000.0), workload(run(BY_A, ("1",)))
    )
    assert not found.indexes
    (outcome,) = found.unhelped
    assert outcome.offered is not None
    assert outcome.offered.cost == 850.0


def test_what_is_left_beside_the_first_index_is_worth_a_second() -> None:
    """The second saves 2% of what the statement costs now, and 99% of what is left."""
    both = "SELECT * FROM t JOIN log ON log.id = t.id WHERE t.a = $1 AND log.b = $2"

    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        cost, used = 100_000.0, []
        for table_name, keys, saved in (("t", "a", 98_000.0), ("log", "b", 1_990.0)):
            for item in create:
                if item.relation.name == table_name and keys_of(item) == (keys,):
                    cost -= saved
                    used.append(item)
                    break
        return cost, used

    found, _ = choose(answer, workload(run(both, ("1", "2"))))
    assert chosen(found) == [("a",), ("b",)]


def test_a_small_gain_is_not_worth_included_columns() -> None:
    model = by_keys({("a",): 1000.0, ("b", "a"): 1000.0}, base=1000.0)

    def covered(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        wide = [item for item in create if item.include == ("b",)]
        if wide and "SELECT b" in query:
            return 100.0, wide[:1]
        return model(query, values, create, hidden)

    light = run("SELECT b FROM t WHERE a = $1", ("1",), ms=8)
    heavy = run("SELECT 1", ms=992)
    assert not chosen(choose(covered, workload(light, heavy))[0])
    (only,) = choose(covered, workload(light))[0].indexes
    assert only.definition.include == ("b",)


def test_a_constant_that_the_application_writes_may_narrow_the_index() -> None:
    states = catalog(
        table("t", ("id", "a", "b"), unique=[("id",)], n_distinct={"b": 30.0})
    )

    def ready(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        found = [item for item in create if item.predicate == "b = '7'"]
        return (5.0, found[:1]) if found else (1000.0, [])

    item = run(BY_AB, ("1", "7"), ("2", "7"))
    written = replace(item, written={2: "7"})
    planner = RecordedPlanner(
        ready, size_bytes=lambda index: 8192 if index.predicate else 1_000_000
    )
    assert not worthwhile(workload(item), states, planner).indexes
    (only,) = worthwhile(workload(written), states, planner).indexes
    assert only.definition.predicate == "b = '7'"


def test_silent_when_the_share_of_time_is_tiny() -> None:
    found, _ = choose(
        by_keys({("a",): 10.0}, base=1000.0),
        workload(run(BY_A, ("1",), ms=1), run("SELECT 1", ms=999)),
    )
    assert not found.indexes


def lucky(gaining: str) -> Model:
    """Only one value gains from the index on a."""

    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        used = [item for item in create if keys_of(item) == ("a",) and not item.include]
        return (1.0, used) if used and values == (gaining,) else (1000.0, [])

    return answer


def test_silent_when_only_one_lucky_value_of_three_gains() -> None:
    ran = workload(run(BY_A, ("rare",), ("often",), ("typical",)))
    found, _ = choose(lucky("rare"), ran)
    assert not found.indexes
    assert found.unhelped[0].improved_ratio == 1 / 3


def test_a_value_that_most_executions_have_is_no_luck() -> None:
    item = run(BY_A, ("rare",), ("often",))
    sets = (
        replace(item.parameter_sets[0], weight=9.0),
        replace(item.parameter_sets[1], weight=1.0),
    )
    found, _ = choose(lucky("rare"), workload(replace(item, parameter_sets=sets)))
    assert chosen(found) == [("a",)]


def test_the_narrower_index_wins_when_nearly_as_good() -> None:
    model = by_keys({("a",): 10.5, ("a", "b"): 10.0, ("b", "a"): 10.0}, base=1000.0)
    found, _ = choose(model, workload(run(BY_AB, ("1", "2"))))
    assert chosen(found) == [("a",)]


def test_the_wider_index_wins_when_ten_times_less_is_left() -> None:
    model = by_keys({("a",): 100.0, ("a", "b"): 10.0}, base=10_000.0)
    found, _ = choose(model, workload(run(BY_AB, ("1", "2"))))
    assert chosen(found) == [("a", "b")]


def test_one_wide_index_serves_two_statements() -> None:
    model = by_keys({("a",): 10.0, ("a", "b"): 10.0, ("b",): 500.0}, base=1000.0)

    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        if "b = $2" in query:
            create = [item for item in create if keys_of(item) != ("a",)]
        return model(query, values, create, hidden)

    ran = workload(run(BY_A, ("1",)), run(BY_AB, ("1", "2")))
    found, _ = choose(answer, ran)
    assert chosen(found) == [("a", "b")]
    assert len(found.indexes[0].helped) == 2


COVERED = "SELECT b FROM t WHERE a = $1"


def covering(plain: float, wide: float) -> Model:
    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        held = [d for d in create if keys_of(d) == ("a",)]
        costs = [(wide if d.include else plain, bool(d.include), d) for d in held]
        cost, _, used = min(costs, default=(1000.0, False, None), key=lambda c: c[:2])
        return (cost, [used] if used else [])

    return answer


def test_include_only_where_it_earns_its_space() -> None:
    little, _ = choose(covering(12.0, 10.0), workload(run(COVERED, ("1",))))
    much, _ = choose(covering(700.0, 50.0), workload(run(COVERED, ("1",))))
    assert [c.definition.include for c in little.indexes] == [()]
    assert [c.definition.include for c in much.indexes] == [("b",)]


READ_LOG = "SELECT * FROM log WHERE a = $1"
WRITE_LOG = "INSERT INTO log (a, b) VALUES ($1, $2)"


def test_a_write_hot_table_stays_without_an_index_that_does_not_pay() -> None:
    model = by_keys({("a",): 10.0}, base=1000.0)
    hot = workload(
        run(READ_LOG, ("1",), calls=10, ms=20),
        run(WRITE_LOG, calls=100_000, rows=100_000, ms=980),
    )
    found, _ = choose(model, hot)
    assert not found.indexes
    (prices,) = (one.prices for one in found.unhelped if one.prices)
    assert prices[definition("log", "a")].exec_time_ratio > 0.02
    calm = workload(run(READ_LOG, ("1",), ms=900), run(WRITE_LOG, ms=100))
    found, _ = choose(model, calm)
    assert chosen(found) == [("a",)]


def test_an_index_on_an_updated_column_pays_for_lost_hot_updates() -> None:
    activity = RelationActivity(n_tup_upd=1000, n_tup_hot_upd=1000)
    known = catalog(
        table(
            "t",
            ("id", "a", "b"),
            activity=activity,
            indexes=[index("t_pkey", definition("t", "id"))],
        )
    )
    ran = workload(
        run("SELECT * FROM t WHERE a = $1", ("1",), ms=500),
        run("SELECT * FROM t WHERE b = $1", ("1",), ms=500),
        run("UPDATE t SET a = $1 WHERE id = $2", rows=3000, calls=3000, ms=100),
    )
    found, _ = choose(by_keys({("a",): 10.0, ("b",): 10.0}, base=1000.0), ran, known)
    prices = {keys_of(c.definition): c.price for c in found.indexes}
    assert prices[("a",)].hot_updates_lost == 3000
    assert prices[("a",)].entries == 3000 + 0.25 * 3000 + 3000 * 1
    assert prices[("b",)].hot_updates_lost == 0
    assert prices[("b",)].entries == 0


def test_reasons_for_statements_that_cannot_take_part() -> None:
    known = catalog(
        table("t", ("id", "a")),
        table("small", ("id", "a"), rows=100, pages=2),
        table("fresh", ("id", "a"), rows=-1, pages=900, analyzed=False),
    )
    planner = RecordedPlanner(by_keys({}, base=100.0), refused=("nonsense",))
    found = worthwhile(
        workload(
            run("SELECT * FROM small WHERE a = $1"),
            run("SELECT * FROM fresh WHERE a = $1"),
            run("SELECT a FROM t WHERE nonsense(a) = 1"),
            run("VACUUM t"),
            run("SELEC"),
            run("INSERT INTO t (a) VALUES ($1)"),
        ),
        known,
        planner,
    )
    texts = " | ".join(o.why for o in found.unhelped)
    assert len(found.unhelped) == 6
    for part in ("small", "never analyzed", "cannot be planned", "does not plan"):
        assert part in texts
    assert "parser does not accept" in texts
    assert "only inserts" in texts


def test_an_index_the_planner_refuses_leaves_the_others() -> None:
    inner = by_keys({("a",): 10.0}, base=1000.0)

    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        return inner(query, values, create, hidden)

    class Refusing(RecordedPlanner):
        def index_size_bytes(self, definition: IndexDefinition) -> int:
            if "b" in keys_of(definition):
                raise PlanningFailed("no operator class")
            return super().index_size_bytes(definition)

    found = worthwhile(workload(run(BY_AB, ("1", "2"))), SHOP, Refusing(answer))
    assert chosen(found) == [("a",)]


def test_the_bound_on_questions_ends_the_search_and_is_told() -> None:
    model = by_keys({("a",): 10.0}, base=1000.0)
    found, planner = choose(model, workload(run(BY_A, ("1",))), max_calls=2)
    assert not found.complete
    assert len(planner.questions) + len(planner.cost_questions) <= 5


def test_each_question_is_asked_once() -> None:
    model = by_keys({("a",): 10.0, ("a", "b"): 9.0, ("b",): 400.0}, base=1000.0)
    ran = workload(run(BY_A, ("1",)), run(BY_AB, ("1", "2")))
    _, planner = choose(model, ran)
    for questions in (planner.questions, planner.cost_questions):
        asked = [(query, frozenset(create)) for query, create in questions]
        assert len(asked) == len(set(asked))


COSTS = st.floats(min_value=1.0, max_value=999.0)


@settings(max_examples=20)
@given(
    costs=st.fixed_dictionaries(
        {("a",): COSTS, ("b",): COSTS, ("a", "b"): COSTS, ("b", "a"): COSTS}
    ),
    order=st.permutations([0, 1, 2]),
)
def test_the_choice_depends_on_costs_not_on_order(
    costs: dict[tuple[str, ...], float], order: list[int]
) -> None:
    items = [
        run(BY_A, ("1",), ms=300),
        run(BY_AB, ("1", "2"), ms=200),
        run("SELECT * FROM t WHERE b = $1", ("1",), ms=100),
    ]
    model = by_keys(costs, base=1000.0)
    one, _ = choose(model, workload(*items))
    two, _ = choose(model, workload(*(items[number] for number in order)))
    assert chosen(one) == chosen(two)
    limits = WorthThresholds()
    for item in one.indexes:
        assert item.helped
        assert item.saved_ratio > 0
        best = max(1 - h.together.cost / h.before.cost for h in item.helped)
        assert best >= limits.min_statement_gain_ratio
