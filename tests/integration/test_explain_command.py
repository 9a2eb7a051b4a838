"""pgproof explain: what-if on a server and from a snapshot, runs, plans in files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from tests.support.cli import run_cli

pytestmark = pytest.mark.integration

SCHEMA = files("analyzer.report") / "schema" / "explain.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
SETUP = """
CREATE TABLE customer (id int PRIMARY KEY, email text, kind text, age int);
INSERT INTO customer SELECT g, 'user' || g || '@example.com',
    CASE WHEN g % 100 = 0 THEN 'gold' ELSE 'plain' END, g % 80
    FROM generate_series(1, 20000) g;
CREATE INDEX customer_email ON customer (email);
CREATE INDEX customer_kind ON customer (kind);
CREATE INDEX customer_gold ON customer (age) WHERE kind = 'gold';
CREATE TABLE tiny (id int, note text);
INSERT INTO tiny SELECT g, 'n' FROM generate_series(1, 10) g;
CREATE INDEX tiny_id ON tiny (id);
CREATE TABLE place (id int, town text, zip text);
INSERT INTO place SELECT g, 't' || g % 50, 'z' || g % 50
    FROM generate_series(1, 60000) g;
CREATE TABLE visit (place_id int, at int);
INSERT INTO visit SELECT g % 60000, g FROM generate_series(1, 240000) g;
CREATE INDEX visit_place ON visit (place_id);
CREATE TABLE skewed (id int, kind text, pad text);
INSERT INTO skewed SELECT g, CASE WHEN g % 3 > 0 THEN 'big' ELSE 'k' || g END,
    repeat('p', 40) FROM generate_series(1, 60000) g;
CREATE INDEX skewed_kind ON skewed (kind);
CREATE SCHEMA "My Shop";
CREATE TABLE "My Shop"."Order" (id int, "Buyer" text);
INSERT INTO "My Shop"."Order" SELECT g, 'b' || g FROM generate_series(1, 20000) g;
CREATE INDEX "Order By" ON "My Shop"."Order" ("Buyer");
ANALYZE;
"""


@pytest.fixture(scope="module")
def address(superuser: Address) -> Iterator[Address]:
    with session(superuser, read_only=False) as admin:
        admin.execute("CREATE DATABASE explain_command")
    place = replace(superuser, database="explain_command")
    with session(place, read_only=False) as admin:
        admin.execute(SETUP.encode())
    yield place
    with session(superuser, read_only=False) as admin:
        admin.execute("DROP DATABASE explain_command WITH (FORCE)")


@pytest.fixture(scope="module")
def dsn(address: Address) -> str:
    return (
        f"postgresql://{address.user}:{address.password}@{address.host}:"
        f"{address.port}/{address.database}"
    )


@pytest.fixture(scope="module")
def snapshot(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("explain") / "s.snapshot"
    assert run_cli("snapshot", dsn, "-o", str(path)).exit_code == 0
    return str(path)


def explained(*arguments: str) -> Any:
    outcome = run_cli("explain", "-q", "--format", "json", *arguments)
    assert outcome.exit_code == 0, outcome.err
    document = json.loads(outcome.out)
    VALIDATOR.validate(document)
    return document


def test_an_index_that_helps(dsn: str) -> None:
    query = "SELECT * FROM customer WHERE age = 7"
    found = explained(
        "-c", query, "-t", dsn, "--index", "CREATE INDEX a ON customer (age)"
    )
    assert found["cost_after"] < found["cost_before"] / 2
    (index,) = found["indexes"]
    assert index["ddl"] == "CREATE INDEX a ON public.customer (age)"
    assert index["used_in_cases"] == 1
    # The real index of the same shape, to the page.
    assert 100_000 < index["size_bytes"] < 200_000
    what = [item["what"] for item in found["cases"][0]["diff"]["changes"]]
    assert what == [
        "Seq Scan on public.customer becomes Bitmap Heap Scan on public.customer by a"
    ]
    assert "a " in found["cases"][0]["after"]["tree"]


def test_nothing_is_left_on_the_server(dsn: str, address: Address) -> None:
    count = "SELECT count(*) FROM pg_class WHERE relkind = 'i'"
    with session(address) as connection:
        before = connection.execute(count).fetchone()
        explained(
            "-c", "SELECT 1 FROM customer", "-t", dsn,
            "--index", "CREATE INDEX ON customer (age)",
        )  # fmt: skip
        assert connection.execute(count).fetchone() == before


def test_hiding_an_index_and_changing_a_setting(snapshot: str) -> None:
    query = "SELECT * FROM customer WHERE email = 'user7@example.com'"
    hidden = explained("-c", query, "--snapshot", snapshot, "--hide", "customer_email")
    assert hidden["cost_after"] > hidden["cost_before"] * 10
    assert hidden["hidden"] == ["public.customer_email"]
    costly = explained(
        "-c", query, "--snapshot", snapshot, "--set", "random_page_cost=40"
    )
    assert costly["cost_after"] > costly["cost_before"]
    assert costly["settings"] == {"random_page_cost": "40"}


@pytest.mark.parametrize("name", ['"My Shop"."Order By"', '"Order By"', "Order By"])
def test_names_stand_as_sql_writes_them(snapshot: str, name: str) -> None:
    query = """SELECT * FROM "My Shop"."Order" WHERE "Buyer" = 'b7'"""
    scale = '"My Shop"."Order"=3'
    found = explained(
        "-c", query, "--snapshot", snapshot, "--hide", name, "--scale", scale
    )
    assert found["hidden"] == ["My Shop.Order By"]
    assert found["cost_after"] > found["cost_before"] * 10


def test_a_name_that_is_nearly_right_is_told(snapshot: str) -> None:
    asked = ("-c", "SELECT 1", "--snapshot", snapshot, "--hide", "custmer_email")
    outcome = run_cli("explain", "-q", *asked)
    assert outcome.exit_code == 2
    assert "Did you mean public.customer_email" in outcome.err


def test_a_text_with_parameters_has_a_case_for_each_set_of_values(
    snapshot: str,
) -> None:
    query = "SELECT * FROM customer WHERE kind = $1"
    found = explained("-c", query, "--snapshot", snapshot)
    labels = [case["label"] for case in found["cases"]]
    assert labels[-1] == "generic"
    assert len(labels) >= 3
    assert all(case["source"] for case in found["cases"][:-1])
    given = explained("-c", query, "--snapshot", snapshot, "--param", "gold")
    assert [case["parameters"] for case in given["cases"]] == [["gold"]]
    assert "'gold'" in given["cases"][0]["before"]["tree"]


def reasons(found: Any) -> dict[str, Any]:
    return {item["index"]: item for item in found["unused_indexes"]}


def test_why_an_index_is_not_used(snapshot: str) -> None:
    query = (
        "SELECT * FROM customer WHERE lower(email) = 'x' AND kind = 'plain' AND age > 7"
    )
    found = reasons(explained("-c", query, "--snapshot", snapshot))
    assert "computes lower(email)" in found["public.customer_email"]["reason"]
    assert found["public.customer_email"]["cost_forced"] is None
    kind = found["public.customer_kind"]
    assert kind["cost_forced"] > kind["cost_chosen"]
    assert "of 20,000 rows" in kind["reason"]
    assert "kind = 'gold'" in found["public.customer_gold"]["reason"]
    assert "stands in no condition" in found["public.customer_pkey"]["reason"]


@pytest.mark.parametrize(
    ("query", "index", "settings", "words"),
    [
        ("lower(email) = 'x'", "(email)", (), "computes lower(email)"),
        ("email LIKE 'user1%'", "(email)", (), "text_pattern_ops"),
        ("email LIKE '%9'", "(email)", (), "no fixed start"),
        ("age > 1", "(age)", (), "of 20,000 rows (98%)"),
        ("age <> 1", "(age)", (), "which rows are not wanted"),
        ("age = 7.5", "(age)", (), "compares age as numeric"),
        ("age = 7 OR pg_typeof(id) IS NULL", "(age)", (), "stands in an OR"),
        ("email = 'x'", "(age, email) WHERE kind = 'gold'", (), "stands in no"),
        ("age = 7", "USING hash (kind)", (), "stands in no condition"),
        ("kind = 'plain' ORDER BY email, age", "(age)", (), "only sorts or groups"),
        ("age > 7", "USING hash (age)", (), "do not fit the condition"),
        (
            "age = 7",
            "(age)",
            ("--set", "enable_indexscan=off", "--set", "enable_bitmapscan=off"),
            "Settings that are off (enable_…) keep the planner from it.",
        ),
    ],
)
def test_why_a_supposed_index_is_not_used(
    snapshot: str, query: str, index: str, settings: tuple[str, ...], words: str
) -> None:
    found = explained(
        *("-c", f"SELECT * FROM customer WHERE {query}", "--snapshot", snapshot),
        *("--index", f"CREATE INDEX ON customer {index}", *settings),
    )
    (asked,) = found["indexes"]
    assert asked["used_in_cases"] == 0
    assert words in asked["why_not_used"]


def test_of_two_supposed_indexes_the_other_one_is_named(snapshot: str) -> None:
    found = explained(
        *("-c", "SELECT * FROM place WHERE town = 't7' AND zip = 'z7'"),
        *("--snapshot", snapshot, "--index", "CREATE INDEX one ON place (town)"),
        *("--index", "CREATE INDEX two ON place (town, zip)"),
        *("--index", "CREATE INDEX far ON customer (age)"),
    )
    one, two, far = found["indexes"]
    assert (one["used_in_cases"], two["used_in_cases"]) == (0, 1)
    assert two["why_not_used"] == ""
    assert "The plan uses two instead." in one["why_not_used"]
    assert far["why_not_used"] == "The plan does not read public.customer."


def test_an_index_that_a_join_could_search_by_but_does_not(snapshot: str) -> None:
    query = "SELECT * FROM place p JOIN customer c ON c.id = p.id"
    found = reasons(explained("-c", query, "--snapshot", snapshot))
    key = found["public.customer_pkey"]
    assert "No plan can search" not in key["reason"]
    assert key["cost_forced"] > key["cost_chosen"]


def test_a_small_table_needs_no_index(snapshot: str) -> None:
    query = "SELECT * FROM tiny WHERE id = 3"
    found = reasons(explained("-c", query, "--snapshot", snapshot))
    assert "The table is small: 1 page" in found["public.tiny_id"]["reason"]


def test_an_index_that_is_used_is_not_listed(snapshot: str) -> None:
    query = "SELECT * FROM customer WHERE id = 3"
    found = reasons(explained("-c", query, "--snapshot", snapshot))
    assert "public.customer_pkey" not in found


def test_running_it_shows_real_rows(dsn: str) -> None:
    query = "SELECT count(*) FROM customer WHERE age = 7"
    found = explained("-c", query, "-t", dsn, "--analyze")
    assert "rows 250" in found["measured"]["tree"]


def test_a_run_that_would_change_something_is_refused(
    dsn: str, address: Address
) -> None:
    query = "DELETE FROM customer"
    outcome = run_cli(
        "explain", "-q", "-c", query, "-t", dsn, "--analyze", "--format", "json"
    )
    assert outcome.exit_code == 3
    refused = json.loads(outcome.out)["refused"]
    assert refused["rule"] == "changes data"
    assert set(refused) == {"rule", "reason", "hint"}
    with session(address) as connection:
        row = connection.execute("SELECT count(*) FROM customer").fetchone()
    assert row == (20000,)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-c", "SELECT 1", "--set", "archive_command=x"], "archive_command"),
        (["-c", "SELECT 1", "--set", "work_mem=x"], "work_mem"),
        (["-c", "SELECT 1", "--set", "work_mem"], "not a setting"),
        (["-c", "SELECT 1", "--hide", "nope"], "nope"),
        (["-c", "SELECT 1", "--index", "CREATE INDEX ON nope (a)"], "nope"),
        (["-c", "SELECT 1", "--index", "CREATE INDEX ON tiny (nope)"], "nope"),
        (["-c", "SELECT 1", "--index", "DROP TABLE tiny"], "character 1"),
        (["-c", "SELECT $1::int", "--param", "x"], "does not fit"),
        (["-c", "SELECT $1::int", "--param", "1", "--param", "2"], "do not fit"),
        (["-c", "SELECT 1", "--analyze"], "on a server"),
        (["-c", "SELEC 1"], "does not parse"),
        ([], "nothing to explain"),
    ],
)
def test_a_bad_request_is_the_users(
    snapshot: str, arguments: list[str], words: str
) -> None:
    outcome = run_cli("explain", "-q", "--snapshot", snapshot, *arguments)
    assert outcome.exit_code == 2, outcome.err
    assert words in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("query", ["SELECT * FROM nope", "SELECT nope FROM tiny"])
def test_a_name_that_does_not_exist_is_the_users_mistake(
    snapshot: str, query: str, tmp_path: Path
) -> None:
    file = tmp_path / "asked.sql"
    file.write_text(query)
    outcome = run_cli("explain", "-q", "--snapshot", snapshot, str(file))
    assert outcome.exit_code == 2
    assert "does not exist here" in outcome.err


def test_every_format_of_a_plan_in_a_file_is_explained_without_a_server(
    address: Address, tmp_path: Path
) -> None:
    query = "SELECT * FROM customer ORDER BY email"
    for options in ("FORMAT JSON", "ANALYZE, FORMAT JSON", "ANALYZE, BUFFERS", "COSTS"):
        with session(address) as connection:
            command = f"EXPLAIN ({options}) {query}".encode()
            rows = connection.execute(command).fetchall()
        parts = [r[0] if isinstance(r[0], str) else json.dumps(r[0]) for r in rows]
        path = tmp_path / "plan"
        path.write_text("\n".join(parts))
        outcome = run_cli("explain", "-q", str(path))
        assert outcome.exit_code == 0, outcome.err
        assert "customer" in outcome.out
    bad = run_cli("explain", "-q", str(path), "--index", "CREATE INDEX ON t (a)")
    assert bad.exit_code == 2


def test_the_text_and_markdown_formats_say_the_same(snapshot: str) -> None:
    arguments = ("-c", "SELECT * FROM tiny WHERE id = 3", "--snapshot", snapshot)
    for fmt in ("text", "markdown"):
        outcome = run_cli("explain", "-q", "--format", fmt, *arguments)
        assert outcome.exit_code == 0, outcome.err
        assert "1 page, which is read at once" in " ".join(outcome.out.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- Plan: \n    Node Type: &a \"Seq Scan\"\n    Total Cost: *a\n", "Cost"),
        (2 * "Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n", "more than one plan"),
        ('[{"Plan": {"Node Type": 7}}]', "Node Type"),
    ],
)  # fmt: skip
def test_what_is_no_plan_that_can_be_read_is_a_bad_source(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "plan"
    path.write_text(text)
    outcome = run_cli("explain", "-q", str(path))
    assert outcome.exit_code == 5, outcome.err
    assert words in outcome.err


def test_a_statement_with_a_plan_in_its_comment_is_a_statement(
    tmp_path: Path, snapshot: str
) -> None:
    path = tmp_path / "query.sql"
    path.write_text("SELECT * FROM tiny -- Seq Scan  (cost=0.00..1.00 rows=1 width=4)")
    found = explained(str(path), "--snapshot", snapshot)
    assert found["query"].startswith("SELECT")
    assert "public.tiny" in found["cases"][0]["before"]["tree"]


def test_a_generic_plan_that_is_worse_for_some_values(dsn: str, snapshot: str) -> None:
    skewed = (
        "SELECT count(c.email) FROM skewed s JOIN customer c"
        " ON c.id = 1 + s.id % 20000 WHERE s.kind = $1"
    )
    found = explained("--target", dsn, "-c", skewed)["findings"]
    assert [item["rule"] for item in found] == ["generic_plan"]
    assert "After five executions" in found[0]["claim"]
    assert found[0]["quantity"]["basis"] == "estimated"
    assert "force_custom_plan" in found[0]["remedy"]
    stays = "SELECT * FROM skewed WHERE pad = $1"
    assert explained("--target", dsn, "-c", stays)["findings"] == []
    alike = "SELECT * FROM customer WHERE id = $1"
    assert explained("--snapshot", snapshot, "-c", alike)["findings"] == []


def test_statistics_for_a_wrong_estimate_are_tried(dsn: str) -> None:
    query = (
        "SELECT count(v.at) FROM place p JOIN visit v ON v.place_id = p.id"
        " WHERE p.town = 't7' AND p.zip = 'z7'"
    )
    found = explained("--target", dsn, "-c", query, "--analyze")["findings"]
    assert found[0]["rule"] == "estimate_error"
    assert "CREATE STATISTICS" in found[0]["remedy"]
    told = re.search(r"Tried in a shadow: ([\d,]+) rows", found[0]["remedy"])
    assert told
    assert 600 <= int(told[1].replace(",", "")) <= 2_400
    assert "(1,200 were found)" in found[0]["remedy"]
