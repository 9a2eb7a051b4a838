from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analyzer.errors import ConfigError, UserError
from analyzer.store.schedules import check_cron, next_slots
from analyzer.store.secrets import SecretBox


def test_a_secret_comes_back_only_with_its_key() -> None:
    box = SecretBox("some key")
    token = box.encrypt("pässword")
    assert b"word" not in token
    assert box.decrypt(token) == "pässword"
    assert box.encrypt("pässword") != token
    with pytest.raises(ConfigError):
        SecretBox("other key").decrypt(token)
    with pytest.raises(ConfigError):
        box.decrypt(token[:-1])
    assert box.decrypt(box.encrypt("")) == ""
    assert "key" not in repr(box)


@pytest.mark.parametrize("text", ["", "* * *", "61 * * * *", "@daily", "x" * 1000])
def test_bad_cron_expressions(text: str) -> None:
    with pytest.raises(UserError, match="not a cron expression"):
        check_cron(text)


def test_slots_are_strictly_after_the_moment() -> None:
    two = datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert next_slots("0 2 * * *", two, 2) == (
        two.replace(day=24),
        two.replace(day=25),
    )
