"""Settings: schedules, users, retention, and who did what."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

import analyzer
from analyzer.errors import UserError
from analyzer.store import audit, schedules, targets, users
from analyzer.store.passwords import hash_password, verify_password
from web import auth, current
from web.params import choice
from web.roles import Role
from web.target_choice import target_or_404

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 1024
AUDIT_LINES = 30

blueprint = Blueprint("settings", __name__)


@blueprint.get("/settings")
def index() -> ResponseReturnValue:
    """The page; users and the audit trail for a DBA only."""
    store = current.store()
    is_dba = auth.viewer().role is Role.DBA
    return render_template(
        "settings.html",
        section="settings",
        targets=targets.list_targets(store),
        schedules={s.target_id: s for s in schedules.list_schedules(store)},
        default_cron=schedules.NIGHTLY,
        users=users.list_users(store) if is_dba else (),
        audit=audit.list_audit(store, limit=AUDIT_LINES) if is_dba else (),
        roles=tuple(users.Role),
        settings=current.settings(),
        broker=current.settings().broker_url.partition(":")[0],
        version=analyzer.__version__,
        min_password=MIN_PASSWORD_CHARS,
    )


@blueprint.post("/settings/schedules/<int:target_id>")
def schedule(target_id: int) -> ResponseReturnValue:
    """Change when a target is scanned."""
    target = target_or_404(target_id)
    cron = request.form.get("cron", "").strip()[:200]
    enabled = request.form.get("enabled") == "1"
    schedules.set_schedule(current.store(), target_id, cron, enabled=enabled)
    _note("schedule.set", target.name)
    flash(f"The schedule of {target.name} is changed.", "good")
    return redirect(url_for("settings.index"))


@blueprint.post("/settings/users")
def add_user() -> ResponseReturnValue:
    """Add a user."""
    name = request.form.get("name", "").strip()
    if len(name) > 100 or not name.isprintable():
        raise UserError("the name cannot be used", hint="Use up to 100 characters.")
    role = choice("role", users.Role, request.form.get("role")) or users.Role.VIEWER
    password = _new_password()
    users.add_user(current.store(), name, hash_password(password), role)
    _note("user.add", name)
    flash(f"{name} can log in now.", "good")
    return redirect(url_for("settings.index"))


@blueprint.post("/settings/users/<int:user_id>")
def change_user(user_id: int) -> ResponseReturnValue:
    """Change a user's role or remove the user; open sessions of the user end."""
    user = users.get_user(current.store(), user_id)
    if user is None:
        raise NotFound
    if request.form.get("do") == "remove":
        users.remove_user(current.store(), user_id)
        _note("user.remove", user.name)
        flash(f"{user.name} is removed.", "good")
    else:
        role = choice("role", users.Role, request.form.get("role"))
        if role is None:
            raise UserError("the role is missing")
        users.set_user(current.store(), user_id, role=role)
        _note("user.role", user.name)
        flash(f"{user.name} is now {role.value}.", "good")
    return redirect(url_for("settings.index"))


@blueprint.post("/settings/password")
def password() -> ResponseReturnValue:
    """Change one's own password; all sessions end."""
    me = users.get_user(current.store(), auth.viewer().user_id)
    given = request.form.get("old_password", "")
    if me is None or not verify_password(me.password_hash, given):
        raise UserError("the present password is wrong")
    users.set_user(
        current.store(), me.user_id, password_hash=hash_password(_new_password())
    )
    _note("user.password", me.name)
    flash("The password is changed. Log in with the new one.", "good")
    return redirect(url_for("auth.login"))


def _new_password() -> str:
    text = request.form.get("password", "")
    if not MIN_PASSWORD_CHARS <= len(text) <= MAX_PASSWORD_CHARS:
        raise UserError(
            f"a password has at least {MIN_PASSWORD_CHARS} characters",
            hint="A few words are easier to keep than signs.",
        )
    return text


def _note(action: str, subject: str) -> None:
    audit.append(current.store(), auth.viewer().name, action, subject)
