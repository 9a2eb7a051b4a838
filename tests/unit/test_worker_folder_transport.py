from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from kombu import Connection

from analyzer.config import Settings
from analyzer.errors import ConfigError
from worker.app import make_app
from worker.bell import ring


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests: a process remembers for ever which queues it has bound."""
    return tmp_path_factory.mktemp("home")


def _connection(home: Path) -> Connection:
    connection: Connection = make_app(Settings(home=home)).connection()
    return connection


def test_messages_come_in_order_and_once(home: Path) -> None:
    with _connection(home) as connection:
        queue = connection.SimpleQueue("pgproof")
        for number in range(3):
            queue.put({"number": number})
        found = [queue.get(timeout=5) for _ in range(3)]
        for message in found:
            message.ack()
        assert [message.payload["number"] for message in found] == [0, 1, 2]
        with pytest.raises(queue.Empty):
            queue.get(block=False)
        queue.close()


def test_a_broken_message_is_passed_over(home: Path) -> None:
    with _connection(home) as connection:
        queue = connection.SimpleQueue("pgproof")
        folder = home / "broker" / "messages"
        (folder / "0.pgproof.msg").write_text("")
        (folder / "00.pgproof.msg").write_bytes(b"\xff\xfe")
        (folder / "2.other.msg").write_text("{}")
        queue.put({"number": 1})
        message = queue.get(timeout=5)
        message.ack()
        assert message.payload == {"number": 1}
        assert [path.name for path in folder.iterdir()] == ["2.other.msg"]
        queue.close()


def test_many_readers_and_writers_lose_and_repeat_nothing(home: Path) -> None:
    def write(first: int) -> None:
        with _connection(home) as connection:
            queue = connection.SimpleQueue("pgproof")
            for number in range(first, first + 50):
                queue.put({"number": number})
            queue.close()

    written = Event()

    def read(_reader: int) -> list[int]:
        found = []
        with _connection(home) as connection:
            queue = connection.SimpleQueue("pgproof")
            while True:
                last_look = written.is_set()
                try:
                    message = queue.get(timeout=0.3)
                except queue.Empty:
                    if last_look:
                        break
                    continue
                message.ack()
                found.append(message.payload["number"])
            queue.close()
        return found

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read, number) for number in range(3)]
        list(pool.map(write, (0, 50, 100)))
        written.set()
        found = [number for reader in readers for number in reader.result()]
    assert sorted(found) == list(range(150))


def test_folders_are_private(tmp_path: Path) -> None:
    make_app(Settings(home=tmp_path / "home"))
    assert (tmp_path / "home" / "broker").stat().st_mode & 0o077 == 0


def test_a_bell_that_cannot_be_rung_is_no_error(tmp_path: Path) -> None:
    app = make_app(Settings(home=tmp_path, broker_url="redis://127.0.0.1:1/0"))
    assert ring(app) is False
    app = make_app(Settings(home=tmp_path, broker_url="amqp://127.0.0.1:1//"))
    assert ring(app) is False


def test_a_home_that_cannot_be_written() -> None:
    with pytest.raises(ConfigError, match="cannot write"):
        make_app(Settings(home=Path("/dev/null/home")))


def test_messages_are_json_only(tmp_path: Path) -> None:
    app = make_app(Settings(home=tmp_path))
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
