"""Times of a log, in UTC.

The server prints the zone's abbreviation, which does not name an offset by itself. The
table below follows PostgreSQL's own default (``timezonesets/Default``); where it does
not know an abbreviation the reader's ``log_timezone`` decides, and without one the time
is taken as UTC and the abbreviation is reported.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from analyzer.domain.time_zone import zone_named

TIME_PATTERN = (
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? (?:[A-Za-z]{1,8}|[+-]\d[\d:]{1,7})"
)

_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "ZULU": 0, "UCT": 0, "WET": 0, "WEST": 1, "BST": 1,
    "IST": 2, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "MSD": 4, "IDT": 3, "SAST": 2, "CAT": 2, "EAT": 3, "WAT": 1,
    "TRT": 3, "PKT": 5, "ICT": 7, "WIB": 7, "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8,
    "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12,
    "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "AST": -4, "ADT": -3,
    "BRT": -3, "BRST": -2, "ART": -3, "CLT": -4, "CLST": -3, "ChST": 10,
}  # fmt: skip
_MINUTES = {"ACST": 570, "ACDT": 630, "NST": -210, "NDT": -150}
_OFFSETS = {name: hours * 60 for name, hours in _HOURS.items()} | _MINUTES
_HINT = "Give the server's log_timezone, for example Europe/Berlin."
_NUMERIC = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?::?\d\d)?$")


class Clock:
    """Turns the printed times of one log into aware UTC datetimes.

    ``unknown_zones`` collects abbreviations that were taken as UTC.
    """

    def __init__(self, log_timezone: str = "") -> None:
        """Take the server's ``log_timezone`` setting, an IANA name, or nothing.

        Raises:
            ConfigError: there is no zone of that name.
        """
        self._zones: dict[str, tzinfo] = {"UTC": UTC, "GMT": UTC}
        self._default = zone_named(log_timezone, _HINT) if log_timezone else None
        self.unknown_zones: set[str] = set()
        # Neighbouring lines mostly have the same time.
        self._last_text = ""
        self._last_moment = datetime.fromtimestamp(0, UTC)

    def read(self, text: str) -> datetime:
        """The moment of ``2026-11-23 12:17:51.123 CET``.

        Raises:
            ValueError: it is not a time, for example the 31st of a short month.
        """
        if text == self._last_text:
            return self._last_moment
        self._last_moment = self._read(text)
        self._last_text = text
        return self._last_moment

    def _read(self, text: str) -> datetime:
        zone_at = text.index(" ", 11)
        moment = datetime.fromisoformat(text[:zone_at])
        zone = self._zones.get(text[zone_at + 1 :])
        if zone is UTC:
            return moment.replace(tzinfo=UTC)
        return self._in_zone(moment, text[zone_at + 1 :]).astimezone(UTC)

    def _in_zone(self, moment: datetime, name: str) -> datetime:
        if self._default is not None and not _NUMERIC.match(name):
            first = moment.replace(tzinfo=self._default)
            second = first.replace(fold=1)
            # The hour that comes twice in autumn is told apart by the abbreviation.
            return second if second.tzname() == name != first.tzname() else first
        if name not in self._zones:
            self._zones[name] = self._zone(name)
        return moment.replace(tzinfo=self._zones[name])

    def _zone(self, name: str) -> tzinfo:
        if found := _NUMERIC.match(name):
            sign = -1 if found[1] == "-" else 1
            minutes = int(found[2]) * 60 + int(found[3] or 0)
            return timezone(timedelta(minutes=sign * minutes))
        if name in _OFFSETS:
            return timezone(timedelta(minutes=_OFFSETS[name]))
        self.unknown_zones.add(name)
        return UTC
