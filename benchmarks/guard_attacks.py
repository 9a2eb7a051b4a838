"""Every attack through every face: 0 harm, 0 disclosures, 0 crashes, or it fails.

The command line (``pgproof explain --analyze``) and the web (a submission, its job, its
page), as superuser and as a role that may only read, on PostgreSQL 18 and, where it is
installed, on 15.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from support import verdict

from analyzer.config import Settings
from analyzer.domain.target import Address, Permissions, Target
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.postgres.connect import session
from analyzer.store import jobs, users
from analyzer.store.database import Store
from analyzer.store.migrate import migrate
from analyzer.store.passwords import hash_password
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import add_target
from analyzer.store.users import Role
from tests.support.attacks import CASES, Face, Outcome, wrongs_of
from tests.support.cli import run_cli
from tests.support.older_servers import binaries, running
from tests.support.web import PASSWORD, Site, log_in, token_of
from web.app import create_app
from worker.runner import Workplace, perform

PATIENCE = 6.0
"""A submission also builds a shadow, and the machine may be busy."""
SERVER_PASSWORD = "of-the-benchmark"
_ENDED = {0: "completed", 2: "refused", 3: "refused", 4: "failed"}


def main() -> int:
    """Run the matrix and print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", action="append", help="only these")
    chosen = parser.parse_args().case
    cases = [case for case in CASES if not chosen or case["name"] in chosen]
    wrongs = runs = 0
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="pgproof-attacks-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        servers = dict(_servers(stack, folder))
        faces: dict[str, Face] = {
            "command line": _command_line(folder),
            "web": _web(stack, servers["18"], folder),
        }
        for (version, owner), case in ((s, c) for s in servers.items() for c in cases):
            for user in ("reader", "postgres"):
                for name, face in faces.items():
                    runs += 1
                    target = replace(owner, user=user, database="attacks")
                    with _open_folder(folder) as place:
                        admin = replace(owner, database="attacks")
                        found = wrongs_of(
                            case, face, (admin, target), place, patience=PATIENCE
                        )
                    for wrong in found:
                        wrongs += 1
                        print(f"{version} {user} {name} {case['name']}: {wrong}")
    print(f"{len(cases)} attacks, {runs} submissions, {wrongs} wrongs")
    return verdict(wrongs == 0, "no attack harms, discloses or crashes anything")


def _servers(stack: ExitStack, folder: Path) -> Iterator[tuple[str, Address]]:
    spec = ClusterSpec(
        data_dir=folder / "18",
        port=free_port(),
        password=SERVER_PASSWORD,
        settings={"shared_preload_libraries": "pg_stat_statements", "fsync": "off"},
    )
    cluster = stack.enter_context(Cluster(spec))
    found = {"18": Address(
        host="127.0.0.1",
        port=cluster.port,
        database="postgres",
        user="postgres",
        password=SERVER_PASSWORD,
    )}  # fmt: skip
    if binaries(15):
        found["15"] = stack.enter_context(running(15))
    for version, address in found.items():
        with session(address, read_only=False) as connection:
            connection.execute("CREATE DATABASE attacks")
            connection.execute(f"CREATE ROLE reader LOGIN PASSWORD '{SERVER_PASSWORD}'")
            connection.execute("GRANT pg_read_all_data TO reader")
        attacks = replace(address, database="attacks")
        with session(attacks, read_only=False) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        yield version, address


@contextmanager
def _open_folder(folder: Path) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(dir=folder))
    place.chmod(0o777)
    yield place
    shutil.rmtree(place)


def _command_line(folder: Path) -> Face:
    file = folder / "submitted.sql"

    def submit(target: Address, query: str, mode: str) -> Outcome:
        file.write_bytes(query.encode(errors="surrogateescape"))
        dsn = (
            f"postgresql://{target.user}:{target.password or 'none'}@{target.host}:"
            f"{target.port}/{target.database}"
        )
        options = ["--target", dsn, "--format", "json", "--quiet"]
        if mode == "analyze":
            options.append("--analyze")
        done = run_cli("explain", str(file), *options)
        ended = _ENDED.get(done.exit_code, "crashed")
        if done.exit_code == 3 and '"refused"' not in done.out:
            ended = "refused without JSON"
        return Outcome(ended=ended, shown=done.out + done.err)

    return submit


def _web(stack: ExitStack, server: Address, folder: Path) -> Face:
    with session(server, read_only=False) as connection:
        connection.execute("CREATE DATABASE store")
    address = replace(server, database="store")
    migrate(address)
    store = stack.enter_context(Store.open(address))
    users.add_user(store, Role.DBA.value, hash_password(PASSWORD), Role.DBA)
    settings = Settings(home=folder / "home", secret_key="k" * 32, port=0)
    settings.home.mkdir()
    site = Site(
        app=create_app(settings, store), store=store, settings=settings, target_id=0
    )
    client = log_in(site, Role.DBA)
    targets: dict[tuple[int, str, bool], int] = {}

    def submit(target: Address, query: str, mode: str) -> Outcome:
        runs = mode == "analyze"
        key = (target.port, target.user, runs)
        if key not in targets:
            box = SecretBox(settings.ensure_secret_key())
            made = Target(
                name="-".join(map(str, key)),
                address=target,
                permissions=Permissions(explain_analyze=runs),
            )
            targets[key] = add_target(store, box, made)
        form = {
            "csrf_token": token_of(client.get("/submit")),
            "query": query.encode(errors="surrogateescape"),
            "target": str(targets[key]),
        }
        # The bytes as they are: a client library would make text of them first.
        body, kind = urlencode(form), "application/x-www-form-urlencoded"
        answer = client.post("/submit", data=body, content_type=kind)
        while answer.status_code == 429:
            time.sleep(2)
            answer = client.post("/submit", data=body, content_type=kind)
        if answer.status_code != 303:
            ended = "refused" if answer.status_code in (400, 409, 413) else "crashed"
            return Outcome(ended=ended, shown=answer.text)
        job = jobs.claim(store, "benchmark", 600)
        if job is None:
            return Outcome(ended="crashed", shown="the job is gone")
        perform(Workplace(store=store, settings=settings, worker="benchmark"), job)
        page = client.get(answer.headers["Location"])
        ended = "completed" if page.status_code == 200 else "crashed"
        if "rule " in page.text or "refused" in page.text:
            ended = "refused"
        return Outcome(ended=ended, shown=page.text)

    return submit


if __name__ == "__main__":
    sys.exit(main())
