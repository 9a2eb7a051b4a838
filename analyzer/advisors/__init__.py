"""Facts in, recommendations out; silent when in doubt."""

from __future__ import annotations
