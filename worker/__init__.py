"""Celery: when to run what."""

from __future__ import annotations
