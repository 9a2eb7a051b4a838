"""Time zones by name."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analyzer.errors import ConfigError


def zone_named(name: str, hint: str) -> ZoneInfo:
    """The zone of an IANA name, such as ``Europe/Berlin``.

    Args:
        name: as somebody wrote it.
        hint: what to tell who did, if there is no such zone.

    Raises:
        ConfigError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f'there is no time zone "{name[:60]}"', hint=hint) from None
