"""What can be checked of the image and the compose file without a Docker engine."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import itertools
import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from analyzer.config import read_settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LONG_RUNNING = sorted(n for n, s in SERVICES.items() if s.get("restart") != "no")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def words(command: object) -> list[str]:
    return shlex.split(command) if isinstance(command, str) else list(command)  # type: ignore[call-overload]


def test_the_services_of_the_issue_are_there() -> None:
    assert {"web", "worker", "beat", "redis", "store", "demo"} <= set(SERVICES)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_command_of_ours_exists(name: str) -> None:
    command = words(SERVICES[name].get("command", []))
    modules = [b for a, b in itertools.pairwise(command) if a == "-m"]
    for module in modules:
        spec = importlib.util.find_spec(module)
        assert spec is not None, module
        if spec.submodule_search_locations:
            assert importlib.util.find_spec(f"{module}.__main__"), module


def test_the_command_of_the_image_exists() -> None:
    from analyzer.cli.main import cli

    (text,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    program, command = json.loads(text)
    assert program == "pgproof"
    assert command in cli.commands


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_python_in_the_file_compiles_and_imports_what_exists(name: str) -> None:
    service = SERVICES[name]
    checks = (service.get("command", []), service["healthcheck"].get("test", []))
    for command in checks:
        for before, source in itertools.pairwise(words(command)):
            if before == "-c" and "import " in source:
                tree = ast.parse(source)
                for node in ast.walk(tree):
                    if isinstance(node, ast.ImportFrom):
                        module = importlib.import_module(str(node.module))
                        assert all(hasattr(module, item.name) for item in node.names)


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_what_runs_on_is_checked_for_health_and_restarted(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_have_a_fixed_tag(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]
    assert tag
    assert "latest" not in tag


def test_base_images_have_a_fixed_tag() -> None:
    for image in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE):
        assert re.search(r":\d+\.\d+", image), image


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_a_service_needs_is_a_service_secret_or_volume(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (ROOT / source).is_file(), source
        else:
            assert source in COMPOSE["volumes"], source


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_who_is_waited_for_healthy_has_a_health_check(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert SERVICES[other]["healthcheck"]["test"]
        else:
            assert SERVICES[other]["restart"] == "no"


def test_no_password_stands_in_the_files() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search("PASSWORD|SECRET|TOKEN|DATABASE_URL", variable)
            assert not secret or variable.endswith("_FILE"), (name, variable)
            assert not re.search(r"://[^/@]*:[^/@]+@", str(value)), (name, variable)
    assert "docker/secrets" not in _tracked()


def _tracked() -> str:
    command = ["git", "-C", str(ROOT), "ls-files", "docker/secrets"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def test_our_variables_are_settings_and_have_usable_values(tmp_path: Path) -> None:
    given = dict(re.findall(r"(PGPROOF_\w+)=(\S+)", DOCKERFILE))
    assert given["PGPROOF_HOST"] == "0.0.0.0"
    secret = tmp_path / "secret"
    for name in ("web", "worker", "beat"):
        environment = {**given, **SERVICES[name]["environment"]}
        for variable, value in environment.items():
            assert _is_setting(variable), variable
            if variable.endswith("_FILE"):
                assert str(value).startswith("/run/secrets/")
                is_url = "DATABASE_URL" in variable
                secret.write_text("postgresql://a@b/c" if is_url else "x" * 32)
                environment = {**environment, variable: str(secret)}
                read_settings({variable: str(secret)})
        plain = {k: str(v) for k, v in environment.items() if not k.endswith("_FILE")}
        settings = read_settings(plain)
        assert settings.broker_url.startswith("redis://redis:")


def _is_setting(variable: str) -> bool:
    name = variable.removeprefix("PGPROOF_").removesuffix("_FILE").lower()
    return name in getattr(read_settings({}), "__dataclass_fields__", {})


def test_secrets_are_files_below_a_folder_git_ignores() -> None:
    for name, secret in COMPOSE["secrets"].items():
        assert secret["file"] == f"docker/secrets/{name}"
    assert "secrets/" in (ROOT / "docker" / ".gitignore").read_text(encoding="utf-8")


def test_secrets_are_made_once_and_the_url_has_the_password(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((ROOT / "docker" / "make-secrets").read_bytes())
    subprocess.run(["sh", script], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert made["store_password"].strip() in made["database_url"]
    assert len(set(made.values())) == len(made)
    read_settings({"PGPROOF_SECRET_KEY": made["secret_key"].strip()})
    subprocess.run(["sh", script], check=True, capture_output=True)
    again = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert again == made


def test_the_shop_of_the_demo_target_is_filled_in_the_order_of_the_demo() -> None:
    from analyzer.demo.shop import STEPS

    mounted = [v.split(":") for v in SERVICES["demo"]["volumes"] if "initdb.d" in v]
    by_target = sorted((target, source) for source, target, _mode in mounted)
    names = [Path(source).stem for _, source in by_target]
    steps = [name for name in names if name != "demo-passwords"]
    assert steps == list(STEPS)
    assert names.index("demo-passwords") == names.index("roles") + 1


def test_the_image_is_not_root_installs_from_the_lock_and_is_checked() -> None:
    assert re.search(r"^USER pgproof$", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert re.search(r"^HEALTHCHECK ", DOCKERFILE, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source
        ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8")
        assert f"!{source}" in ignore


@pytest.mark.parametrize("path", ["docker/make-secrets", "docker/demo-passwords.sh"])
def test_shell_scripts_parse_and_may_run(path: str) -> None:
    script = ROOT / path
    subprocess.run(["sh", "-n", script], check=True)
    assert script.stat().st_mode & 0o111
