"""Delay and lock after repeated failed logins, per account and per address."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

FREE_FAILURES = 4
FIRST_LOCK_S = 2.0
LONGEST_LOCK_S = 900.0
FORGET_AFTER_S = 3600.0
MAX_ENTRIES = 10_000


class RateLimit:
    """At most so many actions per key within a sliding span; kept in this process."""

    def __init__(
        self, limit: int, span_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._span_s = span_s
        self._clock = clock
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Take one; 0 if it was allowed, else the seconds until the next one is."""
        now = self._clock()
        with self._lock:
            taken = self._taken.setdefault(key, deque())
            self._taken.move_to_end(key)
            while taken and now - taken[0] >= self._span_s:
                taken.popleft()
            if len(taken) >= self._limit:
                return taken[0] + self._span_s - now
            taken.append(now)
            while len(self._taken) > MAX_ENTRIES:
                self._taken.popitem(last=False)
            return 0.0


@dataclass(slots=True)
class _Failures:
    number: int
    last_at: float


class Throttle:
    """Counts failures per key and says how long the key must wait.

    The fifth failure locks for two seconds, each further one twice as long, up to
    a quarter of an hour. An attempt while locked is refused unread, so guessing does
    not go on meanwhile. Counts live in this process and are forgotten after an hour.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, *keys: str) -> float:
        """Seconds until an attempt with all these keys is allowed; 0 is now."""
        with self._lock:
            return max((self._remaining(key) for key in keys), default=0.0)

    def failed(self, *keys: str) -> None:
        """Count a failure for each key."""
        now = self._clock()
        with self._lock:
            for key in keys:
                entry = self._failures.pop(key, _Failures(0, now))
                fresh = now - entry.last_at <= FORGET_AFTER_S
                number = entry.number + 1 if fresh else 1
                self._failures[key] = _Failures(number, now)
            while len(self._failures) > MAX_ENTRIES:
                self._failures.popitem(last=False)

    def succeeded(self, *keys: str) -> None:
        """Forget the failures of each key."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _remaining(self, key: str) -> float:
        entry = self._failures.get(key)
        if entry is None or entry.number <= FREE_FAILURES:
            return 0.0
        exponent = min(entry.number - FREE_FAILURES - 1, 16)
        locked_s: float = min(FIRST_LOCK_S * 2**exponent, LONGEST_LOCK_S)
        return max(0.0, entry.last_at + locked_s - self._clock())
