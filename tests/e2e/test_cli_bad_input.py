"""Each bad input gives one clear message, the exit code of the tree, no traceback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.cli import main as cli_main
from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from tests.support.cli import Outcome, run_cli

pytestmark = pytest.mark.e2e


def dsn(address: Address) -> str:
    return (
        f"postgresql://{address.user}:{address.password}@{address.host}:"
        f"{address.port}/{address.database}"
    )


def assert_clear(outcome: Outcome, exit_code: int, *words: str) -> None:
    assert outcome.exit_code == exit_code, outcome.err
    assert "Traceback" not in outcome.err
    assert "internal error" not in outcome.err
    for word in words:
        assert word in outcome.err, outcome.err


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PGPROOF_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def silent_server() -> Iterator[int]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.fixture
def http_server() -> Iterator[int]:
    """A server that is not PostgreSQL and says so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(1024)
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        yield int(listener.getsockname()[1])


def test_no_input_at_all(home: Path) -> None:
    assert_clear(run_cli("scan"), 2, "nothing to scan", "HINT")


def test_unknown_option(home: Path) -> None:
    assert_clear(run_cli("scan", "--nonsense"), 2, "--nonsense")


def test_dsn_with_a_forbidden_key_does_not_show_the_password(home: Path) -> None:
    outcome = run_cli("scan", "host=h password=hunter2 sslkeylogfile=/tmp/x")
    assert_clear(outcome, 2, "sslkeylogfile")
    assert "hunter2" not in outcome.err


def test_malformed_dsn_does_not_show_the_password(home: Path) -> None:
    outcome = run_cli("scan", "postgresql://u:hunter2@[broken/db")
    assert_clear(outcome, 2, "DSN")
    assert "hunter2" not in outcome.err


def test_nobody_listens(home: Path) -> None:
    assert_clear(run_cli("scan", "postgresql://u@127.0.0.1:1/db"), 4, "HINT")


def test_wrong_password(home: Path, superuser: Address) -> None:
    wrong = dsn(superuser).replace(superuser.password, "hunter2")
    outcome = run_cli("doctor", wrong)
    assert_clear(outcome, 4, "password")
    assert "hunter2" not in outcome.err


def test_not_postgresql(home: Path, http_server: int) -> None:
    assert_clear(run_cli("scan", f"postgresql://u@127.0.0.1:{http_server}/db"), 4)


def test_silent_server(home: Path, silent_server: int) -> None:
    outcome = run_cli("doctor", f"postgresql://u@127.0.0.1:{silent_server}/db")
    assert_clear(outcome, 4, "silent")


def test_unknown_database(home: Path, superuser: Address) -> None:
    wrong = dsn(superuser).replace("/postgres", "/no_such_database")
    assert_clear(run_cli("scan", wrong), 4, "no_such_database")


def test_log_does_not_exist(home: Path) -> None:
    assert_clear(run_cli("scan", "--logs", "/no/such.log"), 5, "/no/such.log")


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.log", b"", "empty"),
        ("prose.log", b"This is a letter to my aunt.\nShe is well.\n" * 50, "%"),
        ("binary.log", bytes(range(256)) * 100, "binary.log"),
        ("cut.log.gz", b"\x1f\x8b\x08\x00garbage", "cut.log.gz"),
    ],
)
def test_a_file_that_is_no_log(
    home: Path, name: str, content: bytes, word: str
) -> None:
    path = home / name
    path.write_bytes(content)
    assert_clear(run_cli("scan", "--logs", str(path)), 5, word)


def test_a_file_that_is_no_snapshot(home: Path) -> None:
    path = home / "no.snapshot"
    path.write_bytes(b"hello")
    assert_clear(run_cli("scan", "--snapshot", str(path)), 5, "no.snapshot")


def test_output_cannot_be_written(home: Path, database: Address) -> None:
    outcome = run_cli("scan", dsn(database), "-q", "-o", "/no/such/folder/out.json")
    assert_clear(outcome, 2, "/no/such/folder")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
@pytest.mark.parametrize("arguments", [("logs", "LOG", "-q"), ("--help",)])
def test_standard_output_is_full(home: Path, arguments: tuple[str, ...]) -> None:
    log = home / "one.log"
    log.write_text("2026-11-23 12:00:00.000 UTC [7] LOG:  duration: 1.0 ms\n")
    arguments = tuple(str(log) if item == "LOG" else item for item in arguments)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "analyzer", *arguments],
            cwd=Path(__file__).parents[2],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        2,
        "ERROR:  cannot write\nDETAIL:  No space left on device.\n",
    )


def test_no_pg_stat_statements_is_said_and_the_rest_is_done(
    home: Path, database: Address
) -> None:
    with session(database, read_only=False) as connection:
        connection.execute("DROP EXTENSION pg_stat_statements")
    outcome = run_cli("scan", dsn(database), "-q")
    assert outcome.exit_code in (0, 1), outcome.err
    assert "CREATE EXTENSION" in outcome.out


def test_standard_output_is_the_result_alone(server_dir: Path) -> None:
    """The idle store is started for the command, and says so nowhere."""
    environment = {**os.environ, "PGPROOF_HOME": str(server_dir / "idle-home")}
    done = subprocess.run(
        [sys.executable, "-m", "analyzer", "targets", "list", "--format", "json"],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout) == []
    assert done.stderr == ""


def test_a_bug_is_one_line_and_exit_70(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.delenv("PGPROOF_DEBUG", raising=False)
    monkeypatch.setattr(cli_main.cli.commands["doctor"], "callback", broken)
    outcome = run_cli("doctor", "x")
    assert outcome.exit_code == 70
    assert "Traceback" not in outcome.err
    assert "PGPROOF_DEBUG" in outcome.err
