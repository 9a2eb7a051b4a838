"""What every page needs: the settings and the store of the running application."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from analyzer.config import Settings
from analyzer.store.database import Store
from analyzer.store.secrets import SecretBox

_SETTINGS = "pgproof.settings"
_STORE = "pgproof.store"


def install(app: Flask, settings: Settings, store: Store) -> None:
    """Keep both with the application."""
    app.extensions[_SETTINGS] = settings
    app.extensions[_STORE] = store


def settings() -> Settings:
    """The settings the application was made with."""
    return cast(Settings, current_app.extensions[_SETTINGS])


def store() -> Store:
    """The store the application was made with."""
    return cast(Store, current_app.extensions[_STORE])


def secret_box() -> SecretBox:
    """What encrypts the passwords of targets."""
    return SecretBox(settings().ensure_secret_key())
