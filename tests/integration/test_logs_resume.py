"""pgproof logs --resume: each line once, however the file grew in between."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import run_cli

FOLDER = Path(__file__).parents[2] / "sample_logs"


def logs(*arguments: object) -> dict[str, Any]:
    done = run_cli("logs", *map(str, arguments), "--format", "json", "-q")
    assert done.exit_code == 0, done.err
    document: dict[str, Any] = json.loads(done.out)
    return document


def counted(documents: list[dict[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    calls: Counter[str] = Counter()
    events: Counter[str] = Counter()
    for document in documents:
        for item in document["statements"]:
            calls[item["fingerprint"]] += item["calls"]
        events.update(document["events"])
    return calls, events


@pytest.mark.parametrize("name", ["shop.log", "shop.csv", "shop.json"])
@pytest.mark.parametrize("line_end", ["lf", "crlf"])
def test_each_line_once_wherever_the_file_was_cut(
    tmp_path: Path, name: str, line_end: str
) -> None:
    whole = gzip.decompress((FOLDER / f"{name}.gz").read_bytes())[:600_000]
    whole = whole[: whole.rindex(b"\n") + 1]
    if line_end == "crlf":
        whole = whole.replace(b"\n", b"\r\n")
    log, state = tmp_path / name, tmp_path / "state.json"
    log.write_bytes(whole)
    # What stands last may still grow, so it is the next one's.
    chance = random.Random(name)
    cuts = sorted(chance.sample(range(20_000, len(whole)), 5))
    found = []
    for cut in (*cuts, len(whole)):
        log.write_bytes(whole[:cut])
        found.append(logs(log, "--resume", state))
    with log.open("ab") as file:
        file.write(whole[:20_000])
    found.append(logs(log, "--resume", state))
    again = logs(log, "--resume", state)
    assert sum(item["calls"] for item in again["statements"]) <= 1
    everything = counted([logs(log)])
    missing = everything[0] - counted([*found, again])[0]
    assert counted([*found, again])[0] - everything[0] == Counter()
    assert missing.total() <= 1  # the last record may still grow


def stderr_lines(first: int, last: int) -> str:
    return "".join(
        f"2026-03-01 10:{n // 60:02}:{n % 60:02}.000 UTC [7] app@shop LOG:  "
        f"duration: {n}.000 ms  statement: SELECT {n}\n"
        for n in range(first, last)
    )


def calls(document: dict[str, Any]) -> int:
    return int(document["execution_count"])


def test_a_rotated_file_is_read_to_its_end_first(tmp_path: Path) -> None:
    log, state = tmp_path / "server.log", tmp_path / "state.json"
    log.write_text(stderr_lines(0, 100))
    read = calls(logs(log, "--resume", state))
    with log.open("a") as file:
        file.write(stderr_lines(100, 150))
    log.rename(tmp_path / "server.log.1")
    log.write_text(stderr_lines(150, 250))
    read += calls(logs(log, "--resume", state))
    with log.open("a") as file:
        file.write(stderr_lines(250, 260))
    read += calls(logs(log, "--resume", state))
    assert read == 260


def test_a_file_that_was_cut_is_read_from_its_start(tmp_path: Path) -> None:
    log, state = tmp_path / "server.log", tmp_path / "state.json"
    log.write_text(stderr_lines(0, 100))
    assert calls(logs(log, "--resume", state)) == 100
    log.write_text(stderr_lines(300, 310))
    assert calls(logs(log, "--resume", state)) == 10
    assert calls(logs(log, "--resume", state)) == 0


def test_what_was_not_understood_does_not_count_as_read(tmp_path: Path) -> None:
    log, state = tmp_path / "server.log", tmp_path / "state.json"
    log.write_text(stderr_lines(0, 100) + "nonsense of another program\n" * 40)
    done = run_cli("logs", str(log), "--resume", str(state), "-q")
    assert done.exit_code == 5
    assert not state.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1}'])
def test_a_state_that_is_none_is_left_alone(tmp_path: Path, text: str) -> None:
    log, state = tmp_path / "server.log", tmp_path / "state.json"
    log.write_text(stderr_lines(0, 10))
    state.write_text(text)
    done = run_cli("logs", str(log), "--resume", str(state))
    assert done.exit_code == 2
    assert "does not hold positions of logs" in done.err
    assert state.read_text() == text


def test_what_does_not_go_together(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(stderr_lines(0, 10))
    state = ("--resume", str(tmp_path / "state.json"))
    assert run_cli("logs", "-", *state).exit_code == 2
    assert run_cli("logs", str(log), "--follow", *state).exit_code == 2
    packed = tmp_path / "server.log.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    done = run_cli("logs", str(packed), *state)
    assert done.exit_code == 5
    assert "--resume" in done.err
