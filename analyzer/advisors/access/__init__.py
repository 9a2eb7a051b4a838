"""Advisors on how an application asks: how often, and in which order."""

from __future__ import annotations
