"""Vendored files are the ones named, and no page needs inline script or style."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
VENDOR = WEB / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "MANIFEST.json").read_text())
FILES = {
    item["file"]: item["sha256"]
    for package in MANIFEST["packages"]
    for item in package["files"]
}
TEMPLATES = sorted((WEB / "templates").glob("*.html"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_vendored_file_has_its_hash(name: str) -> None:
    digest = hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
    assert digest == FILES[name]


def test_every_vendored_file_is_in_the_manifest() -> None:
    found = {path.name for path in VENDOR.iterdir()} - {"MANIFEST.json"}
    assert found == set(FILES)


def test_every_package_names_version_and_licence() -> None:
    for package in MANIFEST["packages"]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert package["licence"]
        assert any("LICENSE" in item["file"] for item in package["files"])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_keeps_to_the_content_security_policy(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert "<style" not in text
    assert not re.search(r"""\sstyle\s*=""", text), "style attribute"
    assert not re.search(r"""\s(on[a-z]+|hx-on[^=\s]*)\s*=""", text), "handler"
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", text), "foreign"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_never_switches_escaping_off(template: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", template.read_text())
