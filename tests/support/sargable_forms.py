"""Conditions that an index cannot search by, and what each becomes, if anything.

``sargable_forms.txt`` has one a line: ``condition => new condition ## what must hold``.
``1=day:`` before it is the one value that ``$1`` has in every logged execution.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.domain.catalog import Catalog
from analyzer.rewriting.sargable import SargableRewrite, sargable_rewrite
from analyzer.statements.ddl import catalog_from_ddl
from analyzer.statements.shape import shape

FILE = Path(__file__).parents[1] / "golden" / "rewriting" / "sargable_forms.txt"
DDL = """
CREATE TABLE t (
    id bigint PRIMARY KEY, n integer, m integer NOT NULL, s smallint, p numeric,
    f float8, r text, v varchar(8), c char(4), u uuid, ts timestamp, tz timestamptz,
    d date
);
CREATE INDEX ON t (r text_pattern_ops);
CREATE INDEX ON t (v varchar_pattern_ops);
CREATE INDEX ON t (c bpchar_pattern_ops);
"""
CATALOG: Catalog = catalog_from_ddl(DDL)


@dataclass(frozen=True)
class Form:
    """One line; ``new`` is empty where the condition must stay as it is."""

    condition: str
    new: str
    claims: str
    known: str = ""

    @property
    def query(self) -> str:
        return f"SELECT id FROM t WHERE {self.condition}"

    def rewrite(self) -> SargableRewrite | None:
        known = {1: self.known} if self.known else {}
        return sargable_rewrite(shape(self.query, CATALOG), CATALOG, known)


def forms() -> list[Form]:
    """All of them, in order."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [_form(line) for line in lines if not line.startswith("#")]


def _form(line: str) -> Form:
    before, _, after = line.partition(" =>")
    new, _, claims = after.partition(" ##")
    known = ""
    if before.startswith("1="):
        known, _, before = before.removeprefix("1=").partition(": ")
    return Form(condition=before, new=new.strip(), claims=claims.strip(), known=known)
