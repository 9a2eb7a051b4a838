"""The one tree of errors, each with a message, a detail and a hint.

    AnalyzerError
    ├── UserError          exit 2, HTTP 400
    │   ├── ConfigError
    │   ├── QuerySyntaxError   (with a position)
    │   └── UnknownRelation
    ├── Refusal            exit 3, HTTP 409
    │   ├── UnsafeStatement
    │   │   └── UnsafeText     (a UserError as well, HTTP 400)
    │   └── NotAllowedHere
    ├── TargetError        exit 4, HTTP 502
    │   ├── Unreachable
    │   ├── TimedOut
    │   ├── MissingPrivilege
    │   ├── MissingExtension
    │   ├── UnsupportedVersion
    │   └── PlanningFailed
    ├── SourceError        exit 5, HTTP 422
    │   ├── LogFormatError     (file, line)
    │   └── SnapshotMismatch
    └── StoreError         exit 6, HTTP 503
        ├── SchemaTooOld
        └── StoreUnreachable

Exit code 1 is kept for "recommendations were found": the program worked. Messages
follow PostgreSQL's error style guide: the primary message says what happened, the
detail gives the facts, the hint says what to do.
"""

from __future__ import annotations

from typing import ClassVar


class AnalyzerError(Exception):
    """Something went wrong in pgproof."""

    exit_code: ClassVar[int] = 70
    http_status: ClassVar[int] = 500

    def __init__(
        self,
        message: str | None = None,
        *,
        detail: str | None = None,
        hint: str | None = None,
    ) -> None:
        summary = (type(self).__doc__ or "").strip().splitlines()[0]
        self.message = message or summary
        self.detail = detail
        self.hint = hint
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep detail and hint when the error crosses a process border."""
        return (_rebuild, (type(self), self.message, self.detail, self.hint))


def _rebuild(
    kind: type[AnalyzerError], message: str, detail: str | None, hint: str | None
) -> AnalyzerError:
    return kind(message, detail=detail, hint=hint)


class UserError(AnalyzerError):
    """The request cannot be understood."""

    exit_code = 2
    http_status = 400


class ConfigError(UserError):
    """A setting has a value that cannot be used."""


class QuerySyntaxError(UserError):
    """The query does not parse."""

    def __init__(
        self,
        message: str | None = None,
        *,
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
    ) -> None:
        super().__init__(message, detail=detail, hint=hint)
        self.position = position
        """Offset of the offending token in characters, counted from 1."""


class UnknownRelation(UserError):
    """The query names a relation that does not exist."""


class Refusal(AnalyzerError):
    """This is not allowed."""

    exit_code = 3
    http_status = 409


class UnsafeStatement(Refusal):
    """The statement could change something."""


class UnsafeText(UnsafeStatement, UserError):
    """The text is not one statement that can be parsed safely."""

    http_status = 400


class NotAllowedHere(Refusal):
    """The settings of this target do not allow it."""


class CatalogChanged(NotAllowedHere):
    """What a statement names was changed while it was judged."""

    def __init__(self) -> None:
        super().__init__(
            "what the statement names is being changed",
            detail="rule unchanged: the catalog has become another one since it was"
            " looked at.",
            hint="Ask again when nobody changes functions, views or tables there.",
        )


class TargetError(AnalyzerError):
    """The watched server could not answer."""

    exit_code = 4
    http_status = 502


class Unreachable(TargetError):
    """The server cannot be reached."""


class TimedOut(TargetError):
    """The server did not answer in time."""


class MissingPrivilege(TargetError):
    """The role lacks a privilege."""


class MissingExtension(TargetError):
    """An extension is not installed."""


class UnsupportedVersion(TargetError):
    """The server's version is not supported."""


class PlanningFailed(TargetError):
    """The statement could not be planned."""


class UnfitStatement(PlanningFailed, UserError):
    """The statement does not fit the schema: a name, a type or its syntax is wrong."""

    exit_code = 2
    http_status = 400


class SourceError(AnalyzerError):
    """A source of workload cannot be read."""

    exit_code = 5
    http_status = 422


class LogFormatError(SourceError):
    """The file is not a PostgreSQL log that can be read."""


class SnapshotMismatch(SourceError):
    """The snapshots do not belong together."""


class StoreError(AnalyzerError):
    """The store could not answer."""

    exit_code = 6
    http_status = 503


class SchemaTooOld(StoreError):
    """The store was made by an older version."""


class StoreUnreachable(StoreError):
    """The store cannot be reached."""
