"""The nouns of pgproof: frozen values that import nothing but the standard library."""

from __future__ import annotations
