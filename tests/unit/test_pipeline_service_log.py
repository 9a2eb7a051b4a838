"""The log tells where an exception arose, and nothing that it was about."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import logging, sys
import structlog
from analyzer.pipeline.service_log import configure_logging

configure_logging("worker", form=sys.argv[1])

def connect(password):
    query = "SELECT 'local secret'"
    try:
        raise ValueError(f"no postgresql://app:{password}@db/shop, password={password}")
    except ValueError as error:
        raise KeyError('value "row secret" of 4711') from error

for say in (structlog.get_logger().exception, logging.getLogger("x").exception):
    try:
        connect("dsn-secret")
    except KeyError:
        say("job_broken")
"""


def logged(form: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, form], capture_output=True, text=True, check=True
    )
    return ran.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_is_told_without_values(form: str) -> None:
    told = logged(form)
    assert told.count("KeyError: value ? of ?") == 2, told
    assert told.count("caused by ValueError: no postgresql://?db/shop, ?") == 2
    assert told.count(", in connect") == 4
    assert "secret" not in told
    assert "4711" not in told


def test_json_has_a_line_for_each_record() -> None:
    records = [json.loads(line) for line in logged("json").splitlines()]
    assert [item["level"] for item in records] == ["error", "error"]
    assert all("connect" in item["exception"] for item in records)
