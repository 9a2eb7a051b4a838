"""Errors as pages and as JSON: message, detail and hint, never a traceback."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, TooManyRequests

from analyzer.errors import AnalyzerError

_log = structlog.get_logger(__name__)

_WORDS = {
    400: ("the request cannot be understood", "Go back and check what was sent."),
    401: ("you are not logged in", "Log in, or send an Authorization header."),
    403: ("your role does not allow this", "Ask a DBA of this service."),
    404: ("there is no such page", "Start from the list it should be in."),
    405: ("this address does not answer that method", ""),
    413: ("the request is larger than 1.2 MB", "Send a smaller statement."),
    429: ("too many attempts", "Wait a little and try again."),
    500: ("something went wrong", "The log of the web process has the details."),
}
_API_WORDS = {
    400: (
        "the request cannot be understood",
        "GET /api/v1/openapi.json says what it takes.",
    ),
    404: ("there is no such resource", "GET /api/v1/openapi.json lists the paths."),
    405: ("this path does not answer that method", ""),
    413: ("the body is larger than 1.2 MB", "Send a smaller statement."),
    429: ("too many requests", "Retry-After says for how many seconds to wait."),
}
"""Where a program asks, and nobody sees a page or a form."""
_FORGED = (
    "the form did not come from this page, or its session has ended",
    "Load the page again and repeat what you did.",
)
_FORGED_BODY = (
    "a session's cookie needs the token of its page as well",
    "Send an Authorization header instead (HTTP Basic), or the header X-CSRFToken.",
)
FALLBACK = ("the request failed", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error as people see it."""

    status: int
    message: str
    detail: str = ""
    hint: str = ""


def install(app: Flask) -> None:
    """Register the handlers of all errors."""
    app.register_error_handler(AnalyzerError, _analyzer_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Whether the client asked the API."""
    return request.path.startswith("/api/")


def answer(problem: Problem) -> Response:
    """The problem as a page, or as JSON for the API."""
    if wants_json():
        body = {
            "message": problem.message,
            "detail": problem.detail,
            "hint": problem.hint,
        }
        response = jsonify({"error": body})
    else:
        page = render_template("error.html", section="", problem=problem)
        response = make_response(page)
    response.status_code = problem.status
    return response


def _analyzer_error(error: AnalyzerError) -> Response:
    return answer(
        Problem(
            status=error.http_status,
            message=error.message,
            detail=error.detail or "",
            hint=error.hint or "",
        )
    )


def _http_error(error: HTTPException) -> Response:
    if error.response is not None and error.code is None:
        return make_response(error.response)
    status = error.code or 500
    if status < 400:  # redirects are exceptions of werkzeug's routing
        return make_response(error.get_response())
    message, hint = _words(status)
    if isinstance(error, CSRFError):
        message, hint = _FORGED_BODY if wants_json() else _FORGED
    response = answer(Problem(status=status, message=message, hint=hint))
    if isinstance(error, TooManyRequests) and error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _words(status: int) -> tuple[str, str]:
    words = _WORDS | _API_WORDS if wants_json() else _WORDS
    return words.get(status, FALLBACK)


def _unexpected(error: Exception) -> Response:
    # The text of an unknown error may hold anything, so it goes to the log only.
    _log.error("request failed", path=request.path, exc_info=error)
    message, hint = _words(500)
    return answer(Problem(status=500, message=message, hint=hint))
