"""Watched databases: what we may do there, and what we cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from analyzer.errors import AnalyzerError, Refusal, UserError
from analyzer.pipeline.register import register_target
from analyzer.store import audit, jobs, scans, schedules, targets
from analyzer.store.jobs import JobFilter
from web import auth, current
from web.documents import latest_record
from web.jobs_view import SCAN, start
from web.target_choice import target_or_404
from web.target_form import SSL_MODES, read_target

LAST_SCANS = 20
LAST_JOBS = 5

blueprint = Blueprint("targets", __name__)


@blueprint.get("/targets")
def index() -> ResponseReturnValue:
    """The list."""
    found = targets.list_targets(current.store())
    planned = {s.target_id: s for s in schedules.list_schedules(current.store())}
    return render_template(
        "targets.html", section="targets", targets=found, schedules=planned
    )


@blueprint.get("/targets/<int:target_id>")
def show(target_id: int) -> ResponseReturnValue:
    """One target: permissions, last scans, what could not be seen."""
    target = target_or_404(target_id)
    store = current.store()
    return render_template(
        "target.html",
        section="targets",
        target=target,
        scan=latest_record(target),
        scans=scans.list_scans(store, target_id, limit=LAST_SCANS),
        jobs=jobs.list_jobs(store, JobFilter(target_id=target_id, limit=LAST_JOBS)),
        schedules=schedules.list_schedules(store, target_id),
    )


@blueprint.get("/targets/add")
def add() -> ResponseReturnValue:
    """The form of a new target."""
    return _form({"port": "5432", "nightly": "1"}, None, None)


@blueprint.post("/targets/add")
def create() -> ResponseReturnValue:
    """Register a target, with a nightly scan if wished."""
    store = current.store()
    try:
        target = read_target(request.form, current.settings(), own_store=store.address)
        nightly = request.form.get("nightly") == "1"
        box = current.secret_box()
        target_id = register_target(store, box, target, nightly=nightly)
    except (UserError, Refusal) as error:
        return _form(request.form, error, None)
    _note("target.add", target.name)
    flash(f"{target.name} is registered. Scan it now to see its statements.", "good")
    return redirect(url_for("targets.show", target_id=target_id))


@blueprint.get("/targets/<int:target_id>/edit")
def edit(target_id: int) -> ResponseReturnValue:
    """The form of an existing target; the password is never shown."""
    target = target_or_404(target_id)
    values = {
        "name": target.name,
        "host": target.host,
        "port": str(target.port),
        "database": target.database,
        "user": target.user,
        "sslmode": target.sslmode,
        "explain_analyze": "1" if target.explain_analyze else "",
        "hypopg": "1" if target.hypopg else "",
        "is_clone": "1" if target.is_clone else "",
    }
    return _form(values, None, target_id)


@blueprint.post("/targets/<int:target_id>/edit")
def change(target_id: int) -> ResponseReturnValue:
    """Change a target; an empty password keeps the stored one."""
    old = target_or_404(target_id)
    store = current.store()
    try:
        target = read_target(request.form, current.settings(), own_store=store.address)
        moved = (target.address.host, target.address.port) != (old.host, old.port)
        keep = not target.address.password
        if keep and moved and old.has_password:
            raise UserError(
                "another host or port needs the password again",
                hint="The stored password belongs to the old address only.",
            )
        targets.update_target(
            store,
            current.secret_box(),
            replace(target, target_id=target_id),
            keep_password=keep,
        )
    except (UserError, Refusal) as error:
        return _form(request.form, error, target_id)
    _note("target.change", target.name)
    flash(f"{target.name} is changed.", "good")
    return redirect(url_for("targets.show", target_id=target_id))


@blueprint.get("/targets/<int:target_id>/remove")
def confirm_removal(target_id: int) -> ResponseReturnValue:
    """Ask first: all that was stored for the target goes with it."""
    return render_template(
        "target_remove.html", section="targets", target=target_or_404(target_id)
    )


@blueprint.post("/targets/<int:target_id>/remove")
def remove(target_id: int) -> ResponseReturnValue:
    """Remove a target whose name was typed as confirmation."""
    target = target_or_404(target_id)
    if request.form.get("name", "").strip() != target.name:
        raise UserError(
            "the name does not match, so nothing was removed",
            hint=f"Type {target.name} to confirm.",
        )
    targets.remove_target(current.store(), target_id)
    _note("target.remove", target.name)
    flash(f"{target.name} and all that was stored for it are removed.", "good")
    return redirect(url_for("targets.index"))


@blueprint.post("/targets/<int:target_id>/scan")
def scan(target_id: int) -> ResponseReturnValue:
    """Start a scan now."""
    target_or_404(target_id)
    auth.spend_work()
    return redirect(url_for("jobs.show", job_id=start(SCAN, target_id, {})), 303)


def _note(action: str, subject: str) -> None:
    audit.append(current.store(), auth.viewer().name, action, subject)


def _form(
    values: Mapping[str, str], error: AnalyzerError | None, target_id: int | None
) -> ResponseReturnValue:
    page = render_template(
        "target_form.html",
        section="targets",
        values=values,
        error=error,
        target_id=target_id,
        ssl_modes=SSL_MODES,
        allowed_hosts=current.settings().allowed_target_hosts,
    )
    return page, error.http_status if error else 200
