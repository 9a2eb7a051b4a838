"""Commands and exit codes."""

from __future__ import annotations
