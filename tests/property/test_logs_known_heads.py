"""What a splitter remembers never changes what it answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzer.logs.line_prefix import line_prefix
from analyzer.logs.severity import ENGLISH, has_severity
from analyzer.logs.splitter import _NEXT_SEVERITY, Splitter

PREFIXES = (
    "%m [%p] %q%u@%d/%a ",
    "%t:%r:%u@%d:[%p]:",
    "%m [%p]: [%l-1] user=%u,db=%d,app=%a ",
    "%t [%p] ",
    "%m %a ",
    "%t %m [%p] ",
    "%c %m ",
    "%m:%a:  ",
    "%m %a %u@%d ",
)
TIMES = (
    "2026-05-04 03:00:00.001 UTC",
    "2026-05-04 03:00:01 CET",
    "2026-05-04 03:00:01.5 +03",
    "2026-05-04 03:00:01 -03:30",
    "2026-13-99 03:00:01 X",
)
NAMES = (
    "app",
    "a:  b",
    "x LOG:  duration: 1 ms",
    "ERROR:  y",
    "[unknown]",
    "",
    "x LOG:",
)
TEXTS = (
    "duration: 0.100 ms  statement: SELECT 1",
    "SELECT 'LOG:  x'",
    "LOG:  nested",
    "",
    "ERREUR : x",
    "DEBUG3:  x",
)
SEVERITIES = ("LOG", "ERROR", "DETAIL", "DEBUG2", "ERREUR ", "НОТ", "语句", "LOGG")

lines = st.builds(
    lambda prefix, time, name, pid, severity, text: (
        prefix.replace("%m", time)
        .replace("%t", time)
        .replace("%a", name)
        .replace("%u", name[:3])
        .replace("%d", "shop")
        .replace("%p", str(pid))
        .replace("%r", "10.0.0.1(55)")
        .replace("%l", str(pid))
        .replace("%c", f"68000000.{pid:x}")
        .replace("%q", "")
        + f"{severity}:  {text}"
    ),
    st.sampled_from(PREFIXES),
    st.sampled_from(TIMES),
    st.sampled_from(NAMES),
    st.integers(1, 2),
    st.sampled_from(SEVERITIES),
    st.sampled_from(TEXTS),
)


@given(st.sampled_from(PREFIXES), st.lists(lines, min_size=1, max_size=40))
def test_with_and_without_memory(text: str, block: list[str]) -> None:
    prefix = line_prefix(text)
    remembering, plain = Splitter(prefix), Splitter(prefix)
    # Without a time at the start of the prefix nothing is remembered.
    plain._time_name = ""
    for number, line in enumerate(block * 2):
        got = remembering.split(line, block, number)
        want = plain.split(line, block, number)
        assert (got is None) == (want is None)
        if got is None or want is None:
            continue
        fields = dict(got.fields)
        if got.time:
            fields[remembering._time_name] = got.time
        assert fields == want.fields
        assert (got.severity, got.text_at) == (want.severity, want.text_at)


@given(
    st.text(alphabet=st.sampled_from("LOGERDTAIL :12\r\nxь语句)"), max_size=30)
    | st.builds(
        lambda before, word, after: f"{before}{word}{after}",
        st.text(max_size=4),
        st.sampled_from(sorted(ENGLISH)),
        st.sampled_from([":", ":  ", " :  x", ": y", ":z", " : ", ":\r"]),
    ),
    st.integers(0, 12),
    st.integers(0, 40),
)
def test_a_severity_is_never_overlooked(line: str, start: int, limit: int) -> None:
    want = _NEXT_SEVERITY.search(line, start, limit) is not None
    assert has_severity(line, start, limit) == want
