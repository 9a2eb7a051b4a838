"""Files that appear as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_PUBLIC = 0o666


def write_whole(path: Path, content: bytes, *, is_private: bool = False) -> None:
    """Write a file in place of the one that was there, or leave that as it was.

    A device or a pipe, such as /dev/null, is written to and never replaced; where a
    link leads to a file, that file is replaced.

    Args:
        path: of the file; its folder exists.
        content: all of it, bytes.
        is_private: whether only its owner may read it, whatever the umask.

    Raises:
        OSError: it cannot be written.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    path = path.resolve()
    # mkstemp makes files with mode 0600.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not is_private:
            Path(name).chmod(_PUBLIC & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    # It can only be read by being set.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
