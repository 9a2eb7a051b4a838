"""What can be seen on a server, as text for people and as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from analyzer.domain.doctor import Check, CheckStatus, DoctorReport
from analyzer.report.plain import plain

_MARKS = {
    CheckStatus.OK: "ok     ",
    CheckStatus.LIMITED: "limited",
    CheckStatus.MISSING: "MISSING",
}


def as_json(report: DoctorReport) -> dict[str, Any]:
    """The report with its field names as keys; statuses are ok, limited, missing."""
    return asdict(report)


def as_text(report: DoctorReport) -> str:
    """The report as lines: facts, each check, and at the end what to do."""
    role = f"{report.role} (superuser)" if report.is_superuser else report.role
    kind = "standby" if report.is_replica else "primary"
    lines = [
        f"{plain(report.address)}: PostgreSQL {plain(report.server_version)}, {kind}",
        f"connected as {plain(role)}",
        "",
    ]
    for check in report.checks:
        lines += _check(check)
    missing = [c for c in report.checks if c.status is not CheckStatus.OK and c.hint]
    lines.append("")
    if missing:
        lines.append("To see more:")
        lines += [f"  {plain(check.hint)}" for check in missing]
    else:
        lines.append("Everything pgproof needs can be seen.")
    return "\n".join(lines)


def _check(check: Check) -> list[str]:
    lines = [f"{_MARKS[check.status]}  {plain(check.name)}: {plain(check.finding)}"]
    if check.meaning and check.status is not CheckStatus.OK:
        lines.append(f"         {plain(check.meaning)}")
    return lines
