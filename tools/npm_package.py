"""One package of npm's registry at an exact version, as the archive it is."""

from __future__ import annotations

import subprocess
from pathlib import Path


def fetch(name: str, version: str, folder: Path) -> Path:
    """Get the archive of a package into a folder; none of its scripts is run."""
    packed = subprocess.run(
        ["npm", "pack", f"{name}@{version}", "--silent", "--ignore-scripts"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return folder / packed.stdout.split()[-1]
