"""The documented JSON schema of scans."""

from __future__ import annotations
