"""Hashes of user passwords: scrypt, salted, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets

COST = 2**15
BLOCK_SIZE = 8
PARALLELISM = 1
SALT_BYTES = 16
MAX_COST = 2**20
DECOY = f"scrypt:{COST}:{BLOCK_SIZE}:{PARALLELISM}$no-account${'0' * 128}"
"""A hash no known password belongs to."""


def hash_password(password: str) -> str:
    """Hash a password for keeping.

    Args:
        password: as typed; any length, any characters.

    Returns:
        ``scrypt:N:r:p$SALT$HASH``, the form werkzeug writes as well, with a fresh
        salt. N = 2^15 with r = 8 takes 32 MB and some 0.1 s, as the OWASP Password
        Storage Cheat Sheet allows at least.

    >>> kept = hash_password("correct horse")
    >>> verify_password(kept, "correct horse"), verify_password(kept, "wrong")
    (True, False)
    """
    salt = secrets.token_urlsafe(SALT_BYTES)
    digest = _scrypt(password, salt, (COST, BLOCK_SIZE, PARALLELISM))
    return f"scrypt:{COST}:{BLOCK_SIZE}:{PARALLELISM}${salt}${digest}"


def verify_password(kept: str, password: str) -> bool:
    """Whether the password belongs to the hash; false for a hash of another form.

    An account that does not exist should be checked against ``DECOY``, so that it
    takes as long as one that does.
    """
    try:
        method, salt, digest = kept.split("$")
        name, *numbers = method.split(":")
        cost, block_size, parallelism = (int(number) for number in numbers)
    except ValueError:
        return False
    if name != "scrypt" or not 1 < cost <= MAX_COST:
        return False
    found = _scrypt(password, salt, (cost, block_size, parallelism))
    return hmac.compare_digest(found, digest)


def _scrypt(password: str, salt: str, shape: tuple[int, int, int]) -> str:
    cost, block_size, parallelism = shape
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt.encode(),
        n=cost,
        r=block_size,
        p=parallelism,
        maxmem=132 * cost * block_size * parallelism,
    ).hex()
