"""Which mutants the type checker refuses: they would never get as far as a test."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from condition_mutants import Mutant

ROOT = Path(__file__).parents[1]
_ERROR = re.compile(r"(?:.*/)?(m\d+)\.py:\d+(?::\d+)?: error: (.*)")


def refused(text: str, mutants: Sequence[Mutant]) -> list[bool]:
    """For each mutant of one module's text, whether mypy finds more wrong with it.

    Comments are lost in the copies, ``type: ignore`` among them; so what mypy says of
    the unchanged module does not count.
    """
    if not mutants:
        return []
    trees = [ast.parse(text), *(mutant.tree for mutant in mutants)]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"m{number}.py" for number in range(len(trees))]
        for file, tree in zip(files, trees, strict=True):
            file.write_text(ast.unparse(tree), encoding="utf-8")
        command = [sys.executable, "-m", "mypy", "--no-pretty", "--no-error-summary"]
        command += ["--config-file", str(ROOT / "pyproject.toml"), *map(str, files)]
        told = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout
    errors: dict[str, Counter[str]] = defaultdict(Counter)
    for line in told.splitlines():
        if found := _ERROR.match(line):
            errors[found[1]][found[2]] += 1
    return [bool(errors[file.stem] - errors["m0"]) for file in files[1:]]
