"""What the store keeps encrypted, with a key that is outside of it.

Passwords of targets, and submitted texts until their job ends.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from analyzer.errors import ConfigError


class SecretBox:
    """Encrypts and decrypts short secrets (Fernet: AES-128-CBC with HMAC-SHA256).

    The Fernet key is the SHA-256 of the given key, so any long text serves as one.
    """

    def __init__(self, key: str) -> None:
        digest = hashlib.sha256(b"pgproof target passwords\n" + key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))

    def __repr__(self) -> str:
        return "SecretBox(…)"

    def encrypt(self, secret: str) -> bytes:
        """The secret as bytes that only this key opens; empty stays empty."""
        return self._fernet.encrypt(secret.encode()) if secret else b""

    def decrypt(self, token: bytes) -> str:
        """The secret again.

        Raises:
            ConfigError: the key is another one than at encryption.
        """
        if not token:
            return ""
        try:
            return self._fernet.decrypt(bytes(token)).decode()
        except InvalidToken:
            raise ConfigError(
                "a stored secret cannot be decrypted",
                detail="It was encrypted with another secret key.",
                hint="Set PGPROOF_SECRET_KEY to the key used before, or give the "
                "target's password, or the submitted query, again.",
            ) from None
