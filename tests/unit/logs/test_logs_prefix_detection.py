"""A prefix is found from the log, with each name under its own escape."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from analyzer.logs.line_prefix import LinePrefix, line_prefix
from analyzer.logs.prefix_detection import detect_prefix
from analyzer.logs.splitter import Splitter

CLIENTS = (
    {"u": "app", "d": "shop", "a": "web", "h": "10.0.0.5"},
    {"u": "report", "d": "shop", "a": "psql", "h": "[local]"},
    {"u": "app", "d": "crm", "a": "PostgreSQL JDBC Driver", "h": "10.0.3.17"},
)
BACKGROUND = {"u": "", "d": "", "a": "", "h": ""}
GROUPS = {"u": "user", "d": "database", "a": "application_name"}


def written(prefix: str, client: Mapping[str, str], number: int) -> str:
    """A prefix as the server prints it."""
    host = client["h"]
    values = {
        **client,
        "m": f"2026-11-27 10:00:{number % 60:02d}.{number % 1000:03d} UTC",
        "t": f"2026-11-27 10:00:{number % 60:02d} UTC",
        "p": str(4000 + number % 37),
        "r": f"{host}(5432)" if host[:1].isdigit() else host,
        "x": "0",
    }
    head, _, rest = prefix.partition("%q")
    text = head + (rest if client["u"] else "")
    return re.sub("%(.)", lambda found: values[found[1]], text)


def log(prefix: str, *, says_who: bool) -> list[str]:
    """Lines of three clients and a background process."""
    lines = []
    for number in range(120):
        client = (*CLIENTS, BACKGROUND)[number % 4]
        if says_who and client["u"]:
            early = written(prefix, {**client, "a": "[unknown]"}, number)
            lines.append(
                f"{early}LOG:  connection authorized: user={client['u']} "
                f"database={client['d']} application_name={client['a']}"
            )
        lines.append(f"{written(prefix, client, number)}LOG:  duration: 1.2 ms")
    return lines


def names(prefix: LinePrefix, line: str) -> dict[str, str]:
    found = prefix.head.match(line)
    assert found is not None, line
    groups = found.groupdict()
    return {letter: groups.get(group) or "" for letter, group in GROUPS.items()}


@pytest.mark.parametrize(
    "prefix",
    ["%m [%p] %u@%d %a ", "%t [%p] %q%u@%d %a %h ", "%m [%p] %q%a %u@%d "],
)
def test_an_application_is_no_host(prefix: str) -> None:
    found = detect_prefix(log(prefix, says_who=False))
    assert found is not None
    for client in CLIENTS:
        wanted = {letter: client[letter] for letter in GROUPS}
        assert names(found, f"{written(prefix, client, 7)}LOG:  x") == wanted


def test_a_host_is_no_application() -> None:
    found = detect_prefix(log("%t [%p] %q%u@%d %h ", says_who=False))
    assert found is not None and found.text == "%t [%p] %q%u@%d %h "


@pytest.mark.parametrize(
    "prefix",
    [
        "%m [%p] %u %d ",
        "%m %u %d [%p] ",
        "%t %u %d %a %h %p ",
        "%t %u@%d %r %p %a ",
        "%m|%u|%d|%a|%h|%p|",
        "%m,%p,%u,%d,%a ",
        "%m %h %u %d %a [%p] ",
        "[%m] [%p] [%u@%d] [%a] ",
        "%m [%p] %q%d/%u/%a ",
        "%m [%p]: %d %u %h %x ",
        "%a: %m [%p] %u@%d ",
        "%m %a %u %d %r %p ",
        "%a %u %d %r %p ",
        "%m [%p] %a %d %u ",
        "%m [%p] %q%a %u@%d ",
        "%m %p|%a|%u|%d|",
        "time=%m pid=%p user=%u db=%d app=%a client=%h ",
    ],
)
def test_new_connections_tell_what_each_word_is(prefix: str) -> None:
    found = detect_prefix(log(prefix, says_who=True))
    assert found is not None
    for client in CLIENTS:
        line = f"{written(prefix, client, 7)}LOG:  x"
        wanted = {x: client[x] if f"%{x}" in prefix else "" for x in GROUPS}
        assert names(found, line) == wanted
        match = found.head.match(line)
        assert match is not None and match["process_id"] == "4007"


@pytest.mark.parametrize(
    "prefix", ["%m %a %u@%d ", "%m %a %u %d ", "%m [%p] %q%a,%u,%d "]
)
@pytest.mark.parametrize(
    "names_of_client",
    [
        {"a": "PostgreSQL JDBC Driver", "u": "app", "d": "shop"},
        {"a": "a b@c d", "u": "app", "d": "shop"},
        {"a": "", "u": "app", "d": "shop"},
        {"a": "psql", "u": "the boss", "d": "shop"},
    ],
)
def test_names_behind_that_of_an_application(
    prefix: str, names_of_client: dict[str, str]
) -> None:
    """It may hold blanks; those of users and databases may as well, but hardly do."""
    line = f"{written(prefix, {**names_of_client, 'h': ''}, 7)}LOG:  x"
    head = Splitter(line_prefix(prefix)).split(line)
    assert head is not None
    told = {letter: head.fields[group] or "" for letter, group in GROUPS.items()}
    if "%a %u" in prefix and " " in names_of_client["u"]:
        # Nothing tells that the blank is the user's.
        assert told == {"a": "psql the", "u": "boss", "d": "shop"}
    else:
        assert told == names_of_client


@pytest.mark.parametrize("mark", ["/", ":", "|", ","])
def test_a_mark_behind_the_database_ends_its_name(mark: str) -> None:
    found = detect_prefix(log(f"%m [%p] %q%u@%d{mark}%a ", says_who=False))
    assert found is not None
    client = CLIENTS[2]
    line = f"{written(f'%m [%p] %q%u@%d{mark}%a ', client, 7)}LOG:  x"
    assert names(found, line) == {letter: client[letter] for letter in GROUPS}


def test_the_server_setting_is_taken_where_it_explains_the_log() -> None:
    setting = line_prefix("%m [%p] %q%u@%a ")
    written_so = log(setting.text, says_who=False)
    assert detect_prefix(written_so, setting) is setting
    found = detect_prefix(log("%t [%p]: db=%d,user=%u ", says_who=False), setting)
    assert found is not None and found.text == "%t [%p]: %qdb=%d,user=%u "
