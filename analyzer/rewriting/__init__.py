"""How to change a query and keep its meaning."""

from __future__ import annotations
