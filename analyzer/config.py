"""Settings: read once from the environment and a TOML file, checked once, frozen."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from analyzer.errors import ConfigError

T = TypeVar("T")

PREFIX = "PGPROOF_"
BROKER_SCHEMES = ("filesystem", "redis", "rediss", "amqp", "amqps")
LOG_LEVELS = ("debug", "info", "warning", "error")
MIN_SECRET_CHARS = 16
_HOSTNAME = re.compile(r"\*?[A-Za-z0-9._-]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, each by ``PGPROOF_<NAME>``.

    Attributes:
        home: folder for all that the service keeps on disk.
        database_url: of the store; empty means an embedded one below ``home``.
        broker_url: ``filesystem://`` (folders below ``home``), Redis or AMQP.
        host: the web listens on.
        port: the web listens on.
        secret_key: encrypts passwords of targets and signs sessions; empty means a
            file below ``home`` that is made when first needed.
        log_level: debug, info, warning or error.
        log_format: ``text`` or ``json``.
        retention_days: age in days at which stored counters are dropped.
        worker_concurrency: jobs that run at the same time.
        lease_s: seconds after which a silent worker loses its job.
        job_time_limit_s: seconds after which a job is ended.
        allowed_target_hosts: names or networks that targets may lie in; checked when
            one is saved on the web, and again when the worker connects to it. Empty
            means any but our own store.
        public_url: address users reach the web by, for links; empty means host:port.
        behind_https: whether cookies may be marked secure.
        metrics_token: bearer token asked for by ``/metrics``; empty asks for none.
    """

    home: Path
    database_url: str = field(default="", repr=False)
    broker_url: str = field(default="filesystem://", repr=False)
    host: str = "127.0.0.1"
    port: int = 8448
    secret_key: str = field(default="", repr=False)
    log_level: str = "info"
    log_format: str = "text"
    retention_days: int = 35
    worker_concurrency: int = 1
    lease_s: int = 30
    job_time_limit_s: int = 1500
    allowed_target_hosts: tuple[str, ...] = ()
    public_url: str = ""
    behind_https: bool = False
    metrics_token: str = field(default="", repr=False)

    @property
    def broker_dir(self) -> Path:
        """Folder of the filesystem broker."""
        return self.home / "broker"

    @property
    def web_url(self) -> str:
        """Address of the web pages, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def ensure_secret_key(self) -> str:
        """The secret key, from the setting or else from a file that is made now.

        Raises:
            ConfigError: the file cannot be read or made.
        """
        if self.secret_key:
            return self.secret_key
        return _key_file(self.home / "secret.key")


def read_settings(
    environ: Mapping[str, str], *, config_file: Path | None = None
) -> Settings:
    """Read all settings; the environment wins over the file.

    A value may also come from a file whose path stands in ``PGPROOF_<NAME>_FILE``, as
    containers hand over secrets.

    Args:
        environ: usually ``os.environ``.
        config_file: TOML with the names in lower case; ``PGPROOF_CONFIG`` if none.

    Raises:
        ConfigError: a value cannot be used; the message names the variable, and
            never repeats a secret.
    """
    path = config_file or _optional_path(environ.get(f"{PREFIX}CONFIG", ""))
    given = {**_from_toml(path), **_from_environment(environ)}
    home = _home(given.pop("home", ""), environ)
    unknown = sorted(set(given) - set(_READERS))
    if unknown and path is not None:
        _reject_unknown(unknown, path)
    values = {
        name: _checked(name, reader, given[name])
        for name, reader in _READERS.items()
        if given.get(name, "") != ""
    }
    return Settings(home=home, **values)


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name in ("home", *_READERS):
        variable = PREFIX + name.upper()
        if variable in environ:
            given[name] = environ[variable].strip()
        elif f"{variable}_FILE" in environ:
            given[name] = _read_secret(f"{variable}_FILE", environ)
    return given


def _read_secret(variable: str, environ: Mapping[str, str]) -> str:
    try:
        return Path(environ[variable]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{variable} names a file that cannot be read",
            detail=f"{type(error).__name__}.",
        ) from None


def _from_toml(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f'cannot read the configuration file "{path}"',
            detail=f"{type(error).__name__}.",
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f'the configuration file "{path}" is not TOML', detail=str(error)
        ) from None
    unknown = sorted(set(document) - set(_READERS) - {"home"})
    if unknown:
        _reject_unknown(unknown, path)
    return {name: _as_text(value) for name, value in document.items()}


def _reject_unknown(names: list[str], path: Path) -> None:
    raise ConfigError(
        f'the configuration file "{path}" has settings that do not exist',
        detail=", ".join(names),
        hint=f"There are: home, {', '.join(sorted(_READERS))}.",
    )


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value)


def _optional_path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _home(text: str, environ: Mapping[str, str]) -> Path:
    if text:
        return Path(text).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/pgproof/home")
    data = environ.get("XDG_DATA_HOME") or Path(
        environ.get("HOME", "~"), ".local", "share"
    )
    return Path(data, "pgproof").expanduser().absolute()


def _checked(name: str, reader: Callable[[str], T], text: str) -> T:
    try:
        return reader(text)
    except ValueError as error:
        raise ConfigError(
            f"{PREFIX}{name.upper()} {error}",
            hint=f"Correct {PREFIX}{name.upper()}, or unset it for the default.",
        ) from None


def _text(text: str) -> str:
    return text


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(
                f'is "{text[:40]}", not a whole number from {low} to {high}'
            )
        return int(text)

    return read


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f'is "{text[:40]}", not one of {", ".join(allowed)}')
        return text.lower()

    return read


def _boolean(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f'is "{text[:40]}", neither true nor false')


def _url(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        # The text is not repeated: it may hold a password.
        try:
            parts = urlsplit(text)
            found, _ = parts.scheme, parts.port
        except ValueError:
            raise ValueError("is not a URL") from None
        if found not in schemes:
            raise ValueError(
                f"does not start with one of {', '.join(s + '://' for s in schemes)}"
            )
        return text

    return read


def _secret(text: str) -> str:
    if len(text) < MIN_SECRET_CHARS:
        raise ValueError(f"has fewer than {MIN_SECRET_CHARS} characters")
    return text


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(part.strip() for part in text.split(",") if part.strip())
    for host in hosts:
        if not _HOSTNAME.match(host):
            try:
                ip_network(host, strict=False)
            except ValueError:
                raise ValueError(
                    f'has "{host[:60]}", neither a host name nor a network'
                ) from None
    return hosts


_READERS: dict[str, Callable[[str], Any]] = {
    "database_url": _url("postgresql", "postgres"),
    "broker_url": _url(*BROKER_SCHEMES),
    "host": _text,
    "port": _whole(1, 65535),
    "secret_key": _secret,
    "log_level": _one_of(*LOG_LEVELS),
    "log_format": _one_of("text", "json"),
    "retention_days": _whole(1, 3650),
    "worker_concurrency": _whole(1, 16),
    "lease_s": _whole(2, 3600),
    "job_time_limit_s": _whole(5, 86400),
    "allowed_target_hosts": _hosts,
    "public_url": _url("http", "https"),
    "behind_https": _boolean,
    "metrics_token": _secret,
}


def _key_file(path: Path) -> str:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_key(path)
        return _secret(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise ConfigError(
            f'cannot use the secret key in "{path}"',
            detail=f"{error}.",
            hint="Set PGPROOF_SECRET_KEY, or PGPROOF_HOME to a writable folder.",
        ) from None


def _write_key(path: Path) -> None:
    # Written aside and linked: of two processes that start at once, one key wins.
    staging = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(32) + "\n")
        os.link(staging, path)
    except FileExistsError:
        pass
    finally:
        staging.unlink(missing_ok=True)
