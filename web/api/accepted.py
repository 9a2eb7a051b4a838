"""The answer to a request that became a job."""

from __future__ import annotations

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue

from web.api.encode import encode
from web.jobs_view import job_or_404


def accepted(job_id: int) -> ResponseReturnValue:
    """The job, with its address, status 202."""
    where = url_for("api.job", job_id=job_id)
    return jsonify(job=encode(job_or_404(job_id))), 202, {"Location": where}
