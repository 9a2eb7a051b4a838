"""pgproof equivalent as a user runs it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import jsonschema
import pytest

from analyzer.cli.main import main
from tests.support.cli import run_cli

FORM = json.loads(
    (
        Path(__file__).parents[2] / "analyzer/report/schema/equivalent.schema.json"
    ).read_text()
)
SCHEMA = "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE u (b int)"
NOT_IN = "SELECT id FROM t WHERE a NOT IN (SELECT b FROM u)"
NOT_EXISTS = "SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE b = a)"

pytestmark = pytest.mark.integration


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.sql").write_text(SCHEMA)
    (tmp_path / "a.sql").write_text(NOT_IN)
    (tmp_path / "b.sql").write_text(NOT_EXISTS)
    return tmp_path


def test_a_refuted_pair_shows_the_inserts(files: Path) -> None:
    outcome = run_cli("equivalent", "a.sql", "b.sql", "--schema", "s.sql")
    assert outcome.exit_code == 1
    assert "NOT EQUIVALENT" in outcome.out
    assert "INSERT INTO public.t" in outcome.out


def test_rows_of_an_identity_column_are_insisted_on(files: Path) -> None:
    (files / "i.sql").write_text(
        "CREATE TABLE i (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int)"
    )
    (files / "c.sql").write_text("SELECT a FROM i WHERE a > 7")
    (files / "d.sql").write_text("SELECT a FROM i WHERE a >= 7")
    outcome = run_cli("equivalent", "c.sql", "d.sql", "--schema", "i.sql")
    assert outcome.exit_code == 1
    assert "INSERT INTO public.i (id, a) OVERRIDING SYSTEM VALUE VALUES" in outcome.out


def test_a_refuted_delete_tells_what_it_leaves(files: Path) -> None:
    (files / "c.sql").write_text("DELETE FROM u WHERE b > 7 RETURNING b")
    (files / "d.sql").write_text("DELETE FROM u WHERE b >= 7 RETURNING b")
    outcome = run_cli("equivalent", "c.sql", "d.sql", "--schema", "s.sql")
    assert outcome.exit_code == 1
    lines = [line.strip() for line in outcome.out.splitlines()]
    assert "they differ in rows on a database of 1 row" in lines
    first, second = (lines.index(f"the {n} changes {text}") for n, text in _CHANGES)
    assert lines[first + 1 : second] == ["leaves u (7)"]
    assert lines[second + 1 :] == ["returns (7)", "leaves the tables empty"]


_CHANGES = (("first", "0 rows"), ("second", "1 row"))


def test_an_accepted_pair_as_json(files: Path) -> None:
    outcome = run_cli(
        *("equivalent", "a.sql", "a.sql", "--schema", "s.sql"),
        *("--databases", "100", "--format", "json"),
    )
    assert outcome.exit_code == 0
    found = json.loads(outcome.out)
    jsonschema.validate(found, FORM)
    assert found["verdict"] == "equivalent"
    assert found["coverage"]["databases"] == 100


def test_what_cannot_be_decided_has_an_exit_code_of_its_own(files: Path) -> None:
    (files / "c.sql").write_text("SELECT id FROM t LIMIT 1")
    (files / "d.sql").write_text("SELECT id FROM t WHERE id = id LIMIT 1")
    outcome = run_cli("equivalent", "c.sql", "d.sql", "--schema", "s.sql")
    assert outcome.exit_code == 3
    assert "NOT DECIDED" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.sql"], "two files"),
        (["a.sql", "b.sql"], "one schema"),
        (["a.sql", "b.sql", "--schema", "s.sql", "--target", "x"], "one schema"),
        (["a.sql", "s.sql", "--schema", "s.sql"], "exactly one statement"),
        (["a.sql", "b.sql", "--schema", "u.sql"], "does not exist"),
    ],
)
def test_bad_requests_are_told_apart(
    files: Path, arguments: list[str], words: str
) -> None:
    (files / "u.sql").write_text("CREATE TABLE other (id int)")
    outcome = run_cli("equivalent", *arguments)
    assert outcome.exit_code == 2, outcome
    assert words in outcome.err


def test_each_line_of_a_batch_gets_a_line(files: Path) -> None:
    lines = [
        json.dumps({"id": 1, "schema": SCHEMA, "q1": NOT_IN, "q2": NOT_EXISTS}),
        "no json",
        json.dumps({"id": 3, "schema": SCHEMA, "q1": "SELECT FROM nowhere", "q2": "x"}),
        json.dumps(
            {"id": "four", "schema": SCHEMA, "q1": NOT_IN, "q2": NOT_IN}
            | {"compare": "bag"}
        ),
        json.dumps({"id": 5, "schema": "", "q1": NOT_IN}),
    ]
    (files / "pairs.jsonl").write_text("\n".join(lines))
    outcome = run_cli("equivalent", "--batch", "pairs.jsonl", "--databases", "60")
    assert outcome.exit_code == 0, outcome
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    for answer in answers:
        jsonschema.validate(answer, {"$ref": "#/$defs/line", "$defs": FORM["$defs"]})
    assert [item["id"] for item in answers] == [1, None, 3, "four", 5]
    assert [item["verdict"] for item in answers] == [
        "refuted",
        "refused",
        "refused",
        "equivalent",
        "refused",
    ]
    assert answers[0]["counterexample"].startswith("INSERT INTO public.")
    assert "line 2" in answers[1]["reason"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_batch_shows_how_far_it_is_on_a_terminal_alone(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = {"schema": SCHEMA, "q1": NOT_IN, "q2": NOT_EXISTS}
    (files / "pairs.jsonl").write_text("\n".join([json.dumps(pair)] * 2))
    arguments = ("equivalent", "--batch", "pairs.jsonl", "--databases", "40")
    assert run_cli(*arguments).err == ""
    screen = Terminal()
    monkeypatch.setattr(sys, "argv", ["pgproof", *arguments, "-o", "out.jsonl"])
    monkeypatch.setattr(sys, "stderr", screen)
    with pytest.raises(SystemExit):
        main()
    assert "2 pairs: 2 refuted" in screen.getvalue()
    assert len((files / "out.jsonl").read_text().splitlines()) == 2
