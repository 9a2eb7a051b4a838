"""Log text to records, without files."""

from __future__ import annotations
