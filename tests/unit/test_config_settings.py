from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from analyzer.config import Settings, read_settings
from analyzer.errors import ConfigError


def test_defaults_need_nothing_but_a_home() -> None:
    settings = read_settings({"PGPROOF_HOME": "/srv/pgproof"})
    assert settings == Settings(home=Path("/srv/pgproof"))
    assert settings.web_url == "http://127.0.0.1:8448"
    assert settings.broker_url == "filesystem://"


def test_the_home_of_a_user_follows_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert read_settings({"HOME": "/home/ann"}).home == Path(
        "/home/ann/.local/share/pgproof"
    )
    found = read_settings({"HOME": "/home/ann", "XDG_DATA_HOME": "/data"})
    assert found.home == Path("/data/pgproof")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert read_settings({}).home == Path("/var/lib/pgproof/home")


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("PORT", "http", 'is "http", not a whole number from 1 to 65535'),
        ("PORT", "0", "not a whole number"),
        ("PORT", "65536", "not a whole number"),
        ("RETENTION_DAYS", "-1", "not a whole number"),
        ("BROKER_URL", "kafka://host", "does not start with one of filesystem://"),
        ("BROKER_URL", "redis://[", "is not a URL"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d", "does not start with"),
        ("DATABASE_URL", "postgresql://u:hunter2@h:port/d", "is not a URL"),
        ("SECRET_KEY", "hunter2", "has fewer than 16 characters"),
        ("LOG_LEVEL", "loud", 'is "loud", not one of debug, info'),
        ("ALLOWED_TARGET_HOSTS", "db.example, 10.0.0.0/99", '"10.0.0.0/99"'),
        ("BEHIND_HTTPS", "maybe", "neither true nor false"),
        ("WORKER_CONCURRENCY", "1" * 400, "not a whole number"),
    ],
)
def test_a_bad_value_names_its_variable(name: str, value: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({"PGPROOF_HOME": "/srv", f"PGPROOF_{name}": value})
    message = caught.value.message
    assert message.startswith(f"PGPROOF_{name} ")
    assert part in message
    assert "hunter2" not in f"{message} {caught.value.detail} {caught.value.hint}"
    assert len(message) < 200


def test_good_values_are_read() -> None:
    settings = read_settings(
        {
            "PGPROOF_HOME": "/srv",
            "PGPROOF_DATABASE_URL": "postgresql://u:hunter2@h/d",
            "PGPROOF_BROKER_URL": "redis://h/0",
            "PGPROOF_LOG_LEVEL": "DEBUG",
            "PGPROOF_ALLOWED_TARGET_HOSTS": "db.example, *.internal,10.0.0.0/8, ::1",
            "PGPROOF_BEHIND_HTTPS": "yes",
            "PGPROOF_PUBLIC_URL": "https://pgproof.example/",
            "PGPROOF_PORT": "",
        }
    )
    assert settings.log_level == "debug" and settings.behind_https
    assert settings.allowed_target_hosts == (
        "db.example",
        "*.internal",
        "10.0.0.0/8",
        "::1",
    )
    assert settings.web_url == "https://pgproof.example"
    assert settings.port == 8448
    assert "hunter2" not in repr(settings)


def test_secrets_come_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("k" * 20 + "\n")
    settings = read_settings(
        {"PGPROOF_HOME": "/srv", "PGPROOF_SECRET_KEY_FILE": str(secret)}
    )
    assert settings.secret_key == settings.ensure_secret_key() == "k" * 20
    with pytest.raises(ConfigError, match="PGPROOF_SECRET_KEY_FILE"):
        read_settings({"PGPROOF_SECRET_KEY_FILE": str(tmp_path / "none")})


def test_a_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new")
    key = settings.ensure_secret_key()
    assert len(key) >= 32
    assert settings.ensure_secret_key() == key
    path = tmp_path / "new" / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    path.write_text("short")
    with pytest.raises(ConfigError, match="secret key"):
        settings.ensure_secret_key()


def test_a_key_that_cannot_be_made() -> None:
    with pytest.raises(ConfigError, match="secret key"):
        Settings(home=Path("/dev/null/home")).ensure_secret_key()


def test_a_file_gives_values_and_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / "pgproof.toml"
    path.write_text(
        'port = 9000\nlog_level = "error"\nbehind_https = true\n'
        'allowed_target_hosts = ["a", "b"]\n'
    )
    environ = {"PGPROOF_CONFIG": str(path), "PGPROOF_LOG_LEVEL": "debug"}
    settings = read_settings(environ)
    assert (settings.port, settings.log_level) == (9000, "debug")
    assert settings.behind_https and settings.allowed_target_hosts == ("a", "b")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("prot = 9000", "settings that do not exist"),
        ("port = ", "is not TOML"),
        ("port = 70000", "PGPROOF_PORT"),
    ],
)
def test_a_bad_file(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "pgproof.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_settings({}, config_file=path)
    assert part in caught.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the configuration file"):
        read_settings({}, config_file=tmp_path / "none.toml")
