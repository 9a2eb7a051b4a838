"""Repeated failures lock longer and longer, per key."""

from __future__ import annotations

from web.throttle import (
    FORGET_AFTER_S,
    LONGEST_LOCK_S,
    MAX_ENTRIES,
    RateLimit,
    Throttle,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_four_failures_are_free_and_the_fifth_locks() -> None:
    throttle = Throttle(Clock())
    for _ in range(4):
        throttle.failed("a")
    assert throttle.wait_s("a") == 0
    throttle.failed("a")
    assert throttle.wait_s("a") == 2


def test_each_further_failure_locks_twice_as_long_up_to_a_limit() -> None:
    throttle = Throttle(Clock())
    waits = []
    for _ in range(30):
        throttle.failed("a")
        waits.append(throttle.wait_s("a"))
    assert waits[4:8] == [2, 4, 8, 16]
    assert max(waits) == LONGEST_LOCK_S


def test_the_lock_ends() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(5):
        throttle.failed("a")
    clock.now += 2
    assert throttle.wait_s("a") == 0


def test_any_locked_key_locks() -> None:
    throttle = Throttle(Clock())
    for _ in range(5):
        throttle.failed("address")
    assert throttle.wait_s("account", "address") > 0
    assert throttle.wait_s("account") == 0


def test_success_and_time_forgive() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(9):
        throttle.failed("a", "b")
    throttle.succeeded("a")
    assert throttle.wait_s("a") == 0
    clock.now += FORGET_AFTER_S + 1
    throttle.failed("b")
    assert throttle.wait_s("b") == 0


def test_memory_is_bounded() -> None:
    throttle = Throttle(Clock())
    for number in range(MAX_ENTRIES + 500):
        throttle.failed(f"account {number}")
    assert len(throttle._failures) == MAX_ENTRIES


def test_rate_limit_slides() -> None:
    clock = Clock()
    limit = RateLimit(2, 60, clock)
    assert limit.take("a") == 0
    clock.now += 10
    assert limit.take("a") == 0
    assert limit.take("a") == 50
    assert limit.take("b") == 0
    clock.now += 50
    assert limit.take("a") == 0
    assert limit.take("a") == 10
