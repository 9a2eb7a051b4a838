"""Numbers of "automatic vacuum" and "automatic analyze" messages, of every version.

The message is a list of clauses that came, went and moved from version to version
(vacuumlazy.c and analyze.c of 9.5 to 19, and AlloyDB's variant), so each clause is
looked for by itself. Names of the numbers are those of pganalyze's collector.
"""

from __future__ import annotations

import re

Value = int | float | str | bool
"""What one number or word of a message is."""

_HEAD = re.compile(
    r"automatic (?:(?P<aggressive>aggressive )?vacuum (?P<wraparound>to prevent "
    r"wraparound )?|(?P<analyze>analyze ))of table \"(?P<name>.+?)\""
    r"(?=: index scans: |\s+(?:I/O timings|avg read rate|buffer usage|system usage|WAL "
    r"usage|delay time): ?)(?P<rest>.*)",
    re.DOTALL,
)
_INDEX = re.compile(
    r"index \"(?P<name>.+?)\": pages: (?P<num_pages>\d+) in total, "
    r"(?P<pages_newly_deleted>\d+) newly deleted, (?P<pages_deleted>\d+) currently "
    r"deleted, (?P<pages_free>\d+) reusable"
)
_RATES = (
    r"avg read rate: (?P<read_rate_mb>[\d.]+) MB/s, "
    r"avg write rate: (?P<write_rate_mb>[\d.]+) MB/s"
)
_TIMINGS = (
    r"I/O timings: read: (?P<blk_read_time>[\d.]+) ms, "
    r"write: (?P<blk_write_time>[\d.]+) ms"
)
_WAL = (
    r"WAL usage: (?P<wal_records>\d+) records, (?P<wal_fpi>\d+) full page images, "
    r"(?P<wal_bytes>\d+) bytes(?:, (?:\d+ full page image bytes, )?"
    r"(?P<wal_buffers_full>\d+) buffers full)?"
)
_USAGE = (
    r"system usage: CPU(?: (?P<rusage_kernel>[\d.]+)s/(?P<rusage_user>[\d.]+)u sec "
    r"elapsed (?P<elapsed_secs>[\d.]+) sec|: user: (?P<rusage_user_>[\d.]+) s, "
    r"system: (?P<rusage_kernel_>[\d.]+) s, elapsed: (?P<elapsed_secs_>[\d.]+) s)"
)
_DELAY = r"delay time: (?P<delay_time_ms>[\d.]+) ms"
_VACUUM = (
    r"index scans: (?P<num_index_scans>\d+)",
    r"pages: (?P<pages_removed>\d+) removed, (?P<rel_pages>\d+) remain",
    r"(?P<scanned_pages>\d+) scanned \((?P<scanned_pages_percent>[\d.]+)% of total\)"
    r"(?:, (?P<eagerly_scanned_pages>\d+) eagerly scanned)?",
    r"(?P<pinskipped_pages>\d+) skipped due to pins",
    r"(?P<frozenskipped_pages>\d+) skipped frozen",
    r"tuples: (?P<tuples_deleted>\d+) removed, (?P<new_rel_tuples>\d+) remain, "
    r"(?P<new_dead_tuples>\d+) are dead but not yet removable"
    r"(?:, oldest xmin: (?P<oldest_xmin>\d+))?",
    r"tuples missed: (?P<missed_dead_tuples>\d+) dead from (?P<missed_dead_pages>\d+) "
    r"pages",
    r"removable cutoff: (?P<oldest_xmin>\d+), which was (?P<oldest_xmin_age>\d+) XIDs",
    r"new relfrozenxid: (?P<new_relfrozenxid>\d+), which is "
    r"(?P<new_relfrozenxid_diff>-?\d+) XIDs",
    r"new relminmxid: (?P<new_relminmxid>\d+), which is "
    r"(?P<new_relminmxid_diff>-?\d+) MXIDs",
    r"frozen: (?P<frozen_pages>\d+) pages from table "
    r"\((?P<frozen_page_percent>[\d.]+)% of total\) had (?P<tuples_frozen>\d+) tuples",
    r"visibility map: (?P<vm_all_visible_pages>\d+) pages set all-visible, "
    r"(?P<vm_all_frozen_pages>\d+) pages set all-frozen "
    r"\((?P<vm_prev_all_visible_pages>\d+) were all-visible\)",
    r"index scan "
    r"(?P<lpdead_index_scan>not needed|needed|bypassed by failsafe|bypassed): "
    r"(?P<lpdead_item_pages>\d+) pages from table "
    r"\((?P<lpdead_item_page_percent>[\d.]+)% of total\) (?:have|had) "
    r"(?P<lpdead_items>\d+) dead item identifiers",
    r"buffer usage: (?P<vacuum_page_hit>\d+) hits, (?P<vacuum_page_miss>\d+) "
    r"(?:misses|reads), (?P<vacuum_page_dirty>\d+) dirtied",
    *(_RATES, _TIMINGS, _WAL, _USAGE, _DELAY),
)
_ANALYZE = (
    r"buffer usage: (?P<analyze_page_hit>\d+) hits, (?P<analyze_page_miss>\d+) "
    r"(?:misses|reads), (?P<analyze_page_dirty>\d+) dirtied",
    *(_RATES, _TIMINGS, _WAL, _USAGE, _DELAY),
)
_VACUUM_CLAUSES = tuple(re.compile(text) for text in _VACUUM)
_ANALYZE_CLAUSES = tuple(re.compile(text) for text in _ANALYZE)
# These stand for zero where a version prints nothing.
_ALWAYS: tuple[str, ...] = (
    *("num_index_scans", "pages_removed", "rel_pages", "tuples_deleted"),
    *("new_rel_tuples", "new_dead_tuples", "vacuum_page_hit", "vacuum_page_miss"),
    *("vacuum_page_dirty", "read_rate_mb", "write_rate_mb", "rusage_kernel"),
    *("rusage_user", "elapsed_secs"),
)
_MAX_CHARS = 200_000
_MAX_INDEXES = 1_000


def read_maintenance(message: str) -> tuple[str, str, dict[str, object]] | None:
    """Class, table (``database.schema.table``) and numbers of a message, or none.

    >>> kind, table, numbers = read_maintenance('''automatic analyze of table "d.s.t"
    ... system usage: CPU: user: 0.23 s, system: 0.01 s, elapsed: 0.89 s''')
    >>> kind, table, numbers["elapsed_secs"]
    ('autoanalyze_completed', 'd.s.t', 0.89)
    """
    head = _HEAD.match(message[:_MAX_CHARS])
    if head is None:
        return None
    rest = head["rest"]
    if head["analyze"]:
        return "autoanalyze_completed", head["name"], _clauses(rest, _ANALYZE_CLAUSES)
    indexes = {
        found["name"]: {
            key: int(value) for key, value in found.groupdict().items() if key != "name"
        }
        for found, _ in zip(_INDEX.finditer(rest), range(_MAX_INDEXES), strict=False)
    }
    # Names of indexes are foreign text: what looks like a clause in one is none.
    numbers = _clauses(_INDEX.sub("", rest), _VACUUM_CLAUSES)
    for key in _ALWAYS:
        numbers.setdefault(key, 0)
    numbers["aggressive"] = head["aggressive"] is not None
    if head["wraparound"] or "wal_records" in numbers:
        numbers["anti_wraparound"] = head["wraparound"] is not None
    _pages_skipped(numbers)
    if indexes:
        numbers["index_vacuums"] = indexes
    return "autovacuum_completed", head["name"], numbers


def _clauses(text: str, clauses: tuple[re.Pattern[str], ...]) -> dict[str, object]:
    numbers: dict[str, object] = {}
    for clause in clauses:
        found = clause.search(text)
        if found is not None:
            for key, value in found.groupdict().items():
                if value is not None:
                    numbers[key.rstrip("_")] = as_value(value)
    return numbers


def _pages_skipped(numbers: dict[str, object]) -> None:
    """Version 15 counts scanned pages in the place of skipped ones."""
    for key in ("pinskipped_pages", "frozenskipped_pages"):
        if "scanned_pages" in numbers:
            numbers.pop(key, None)
        else:
            numbers.setdefault(key, 0)


def as_value(text: str) -> Value:
    """A number where the text is one; a name in quotes without them.

    >>> as_value("12"), as_value("0.50"), as_value('"12"'), as_value("1/D7")
    (12, 0.5, '12', '1/D7')
    """
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d{1,18}\.\d{1,18}", text) else text
