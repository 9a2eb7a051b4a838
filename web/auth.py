"""Who is asking: login, logout, and the gate every request passes."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Forbidden, TooManyRequests, Unauthorized

from analyzer.store import audit, users
from analyzer.store.passwords import DECOY, verify_password
from web import current
from web.error_pages import wants_json
from web.params import refuse_bad_bytes
from web.roles import MINIMUM_ROLE, Role, allowed, role_named
from web.throttle import RateLimit, Throttle

_log = structlog.get_logger(__name__)
_THROTTLE = "pgproof.throttle"
_RATE = "pgproof.rate"
_ENDED = "pgproof.ended sessions"
WORK_LIMIT = 30
WORK_SPAN_S = 60.0
MAX_ENDED = 10_000
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

blueprint = Blueprint("auth", __name__)
manager = LoginManager()
csrf = CSRFProtect()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer(UserMixin):  # type: ignore[misc]
    """The user of this request."""

    user_id: int
    name: str
    role: Role
    session_version: int

    def get_id(self) -> str:
        """What the session keeps: the id, and the version that ends old sessions."""
        return f"{self.user_id}.{self.session_version}"


def install(app: Flask) -> None:
    """Put the gate before all requests."""
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = "basic"
    csrf.init_app(app)
    app.extensions[_THROTTLE] = Throttle()
    app.extensions[_RATE] = RateLimit(WORK_LIMIT, WORK_SPAN_S)
    app.extensions[_ENDED] = OrderedDict[str, None]()
    app.before_request(_gate)
    app.context_processor(lambda: {"viewer": g.get("viewer"), "may": may})


def viewer() -> Viewer:
    """The user of this request.

    Raises:
        Unauthorized: nobody is logged in.
    """
    found = g.get("viewer")
    if not isinstance(found, Viewer):
        raise Unauthorized
    return found


def spend_work() -> None:
    """Count work that this user makes for others: jobs and parsing.

    Raises:
        TooManyRequests: it was more than 30 within the last minute.
    """
    limit: RateLimit = current_app.extensions[_RATE]
    wait_s = limit.take(str(viewer().user_id))
    if wait_s > 0:
        raise TooManyRequests(retry_after=round(wait_s) + 1)


def may(endpoint: str) -> bool:
    """Whether the user of this request may call an endpoint."""
    found = g.get("viewer")
    return allowed(endpoint, found.role if found else Role.PUBLIC)


def visible(
    entries: Iterable[tuple[str | None, str]],
) -> list[tuple[str | None, str]]:
    """The entries of a menu this user may call."""
    return [entry for entry in entries if entry[0] is None or may(entry[0])]


def _gate() -> ResponseReturnValue | None:
    """Default deny: a known endpoint, a sufficient role, and a token on changes."""
    endpoint = request.endpoint
    if request.routing_exception is not None:
        return None  # 404, 405 and redirects are answered as such
    if MINIMUM_ROLE.get(endpoint or "") != Role.PUBLIC:
        found = current_user._get_current_object()
        if not isinstance(found, Viewer):
            return _ask_to_log_in()
        g.viewer = found
        if not allowed(endpoint, g.viewer.role):
            raise Forbidden
    if request.method not in _SAFE_METHODS:
        refuse_bad_bytes()
    if request.method not in _SAFE_METHODS and not g.get("by_header", False):
        csrf.protect()
    return None


def _ask_to_log_in() -> ResponseReturnValue:
    if wants_json() or request.method not in _SAFE_METHODS:
        raise Unauthorized
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("auth.login", next=wanted if wanted != "/" else None))


@manager.user_loader  # type: ignore[untyped-decorator]
def _by_session(key: str) -> Viewer | None:
    ended: OrderedDict[str, None] = current_app.extensions[_ENDED]
    if session.get("id") in ended:
        return None
    user_id, _, version = key.partition(".")
    if not user_id.isdecimal() or not version.isdecimal():
        return None
    user = users.get_user(current.store(), int(user_id))
    if user is None or user.disabled or user.session_version != int(version):
        return None
    return _viewer(user)


@manager.request_loader  # type: ignore[untyped-decorator]
def _by_header(_: object) -> Viewer | None:
    """HTTP Basic for programs that use the API; it needs no token against CSRF.

    Browsers send it on their own only after a ``WWW-Authenticate`` challenge, which
    this application never makes.
    """
    given = request.authorization
    if given is None or given.type != "basic" or not wants_json():
        return None
    user = _check(given.username or "", given.password or "")
    g.by_header = user is not None
    return _viewer(user) if user else None


def _viewer(user: users.User) -> Viewer:
    return Viewer(
        user_id=user.user_id,
        name=user.name,
        role=role_named(user.role.value),
        session_version=user.session_version,
    )


def _check(name: str, password: str) -> users.User | None:
    """The user, if the password is right; both are throttled and counted.

    Raises:
        TooManyRequests: the account or the address is locked for now.
    """
    throttle: Throttle = current_app.extensions[_THROTTLE]
    account = hashlib.sha256(name.casefold().encode("utf-8", "replace")).hexdigest()
    keys = (f"account {account}", f"address {request.remote_addr}")
    wait_s = throttle.wait_s(*keys)
    if wait_s > 0:
        raise TooManyRequests(retry_after=round(wait_s) + 1)
    user = users.find_user(current.store(), name)
    right = verify_password(user.password_hash if user else DECOY, password)
    if user is not None:
        users.record_login(current.store(), user.user_id, succeeded=right)
    if user is None or user.disabled or not right:
        throttle.failed(*keys)
        _log.warning("login failed", address=request.remote_addr)
        return None
    throttle.succeeded(*keys)
    return user


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """The form, and its check; one message for every reason a login fails."""
    wanted = _inside(request.values.get("next", ""))
    if request.method == "GET":
        return render_template("login.html", wanted=wanted, name="", problem="")
    name = request.form.get("name", "").strip()
    try:
        user = _check(name, request.form.get("password", ""))
    except TooManyRequests as error:
        problem = f"Too many attempts. Try again in {error.retry_after} seconds."
        page = render_template("login.html", wanted=wanted, name=name, problem=problem)
        return page, 429, {"Retry-After": str(error.retry_after)}
    if user is None:
        problem = "The name or the password is wrong."
        page = render_template("login.html", wanted=wanted, name=name, problem=problem)
        return page, 401
    session.clear()
    session["id"] = secrets.token_urlsafe(16)
    session.permanent = True
    login_user(_viewer(user))
    audit.append(current.store(), user.name, "user.login", user.name)
    return redirect(wanted or url_for("today.show"))


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """End this session; a copy of its cookie is worth nothing afterwards."""
    ended: OrderedDict[str, None] = current_app.extensions[_ENDED]
    ended[str(session.get("id"))] = None
    while len(ended) > MAX_ENDED:
        ended.popitem(last=False)
    logout_user()
    session.clear()
    flash("You are logged out.", "good")
    return redirect(url_for("auth.login"))


def _inside(target: str) -> str:
    """A path on this site, or nothing: a login must not lead anywhere else."""
    parts = urlsplit(target.replace("\\", "/"))
    if parts.scheme or parts.netloc or not target.startswith("/"):
        return ""
    return "" if target.startswith("//") else target
