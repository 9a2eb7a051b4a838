"""Who may do what: one table of endpoint and role; what is not in it is denied."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """The roles, each with all the rights of those before it."""

    PUBLIC = 0
    VIEWER = 1
    DEVELOPER = 2
    DBA = 3

    @property
    def label(self) -> str:
        """As stored and shown."""
        return self.name.lower()


def role_named(label: str) -> Role:
    """The role of that name; an unknown name has no rights.

    >>> role_named("dba"), role_named("root")
    (<Role.DBA: 3>, <Role.PUBLIC: 0>)
    """
    found = {role.label: role for role in Role}
    return found.get(label.lower(), Role.PUBLIC)


_PUBLIC = ("static", "health.healthz", "health.readyz", "metrics.metrics", "auth.login")

_VIEWER = (
    "auth.logout",
    "today.show",
    "queries.index",
    "query.show",
    "plans.show",
    "plans.compare",
    "recommendations.index",
    "recommendation.show",
    "advisors.index",
    "advisors.show",
    "submit.show",
    "targets.index",
    "targets.show",
    "jobs.index",
    "jobs.show",
    "jobs.progress",
    "settings.index",
    "settings.password",
    "api.openapi",
    "api.session",
    "api.today",
    "api.statements",
    "api.statement",
    "api.recommendations",
    "api.recommendation",
    "api.verifications",
    "api.advisors",
    "api.targets",
    "api.target",
    "api.jobs",
    "api.job",
    "api.scans",
    "api.scan",
    "api.submission",
)

_DEVELOPER = (
    "submit.form",
    "submit.create",
    "plans.paste",
    "jobs.cancel",
    "recommendation.decide",
    "api.decisions",
    "api.submissions",
    "api.cancel_job",
)

_DBA = (
    "targets.add",
    "targets.create",
    "targets.edit",
    "targets.change",
    "targets.confirm_removal",
    "targets.remove",
    "targets.scan",
    "settings.schedule",
    "settings.add_user",
    "settings.change_user",
    "api.start_scan",
    "recommendation.verify",
    "api.start_verification",
)

MINIMUM_ROLE: dict[str, Role] = {
    **dict.fromkeys(_PUBLIC, Role.PUBLIC),
    **dict.fromkeys(_VIEWER, Role.VIEWER),
    **dict.fromkeys(_DEVELOPER, Role.DEVELOPER),
    **dict.fromkeys(_DBA, Role.DBA),
}


def allowed(endpoint: str | None, role: Role) -> bool:
    """Whether a role may call an endpoint; an endpoint not in the table is denied."""
    needed = MINIMUM_ROLE.get(endpoint or "")
    return needed is not None and role >= needed
