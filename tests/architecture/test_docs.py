"""The documents say what is there: commands, options, make targets, files."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from analyzer.cli.main import cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "benchmarks/README.md"]
BLOCK = re.compile(
    r"^```(?:sh|bash|console|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL
)


def commands(document: str) -> list[str]:
    """Command lines in the shell blocks of a document, without prompts and output."""
    lines = []
    for block in BLOCK.findall((ROOT / document).read_text(encoding="utf-8")):
        joined = block.replace("\\\n", " ")
        for raw in joined.splitlines():
            line = raw.removeprefix("$ ").strip()
            if line and not line.startswith("#"):
                lines.append(line)
    return lines


ALL = [(d, line) for d in DOCUMENTS if (ROOT / d).exists() for line in commands(d)]


def test_readme_has_its_first_command_before_line_ten() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    first = next(
        i for i, line in enumerate(lines, 1) if line.strip().startswith("make ")
    )
    assert first < 10


@pytest.mark.parametrize(("document", "line"), ALL)
def test_every_command_exists(document: str, line: str) -> None:
    words = [w for w in shlex.split(line, comments=True) if "=" not in w.split("/")[0]]
    while words and words[0] in ("sudo", "cd", "env"):
        return
    program = Path(words[0]).name if words else ""
    if program == "make":
        assert_make_target(words[1])
    elif program == "pgproof":
        assert_pgproof(words[1:])
    elif program in ("python", "python3"):
        script = next(w for w in words[1:] if not w.startswith("-"))
        assert (ROOT / script).exists() or script == "analyzer", line


def assert_make_target(target: str) -> None:
    done = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def assert_pgproof(words: list[str]) -> None:
    command: click.Command = cli
    rest = list(words)
    while isinstance(command, click.Group) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    assert command is not cli or not rest or rest[0].startswith("-"), words
    known = {opt for p in command.params for opt in (*p.opts, *p.secondary_opts)}
    for word in rest:
        if word.startswith("-") and word != "-":
            assert word.split("=")[0] in known | {"--help", "-h", "--version"}, words


def test_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in cli.commands if f"pgproof {name}" not in text]
    assert not missing


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help(name: str) -> None:
    command = cli.commands[name]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.name in ("fmt",), parameter.name


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*DOCUMENTS, "GLOSSARY.md", "CHANGELOG.md"]:
        path = ROOT / document
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (path.parent / target).exists(), f"{document}: {target}"
