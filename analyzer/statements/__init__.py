"""SQL text, without a server: parsing, identity, predicates."""

from __future__ import annotations
