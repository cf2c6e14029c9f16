"""Files that drives read, and the record of them that a result keeps."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from quspike.errors import InputError


def check_file_name(file: Any) -> None:
    """Refuse what is no path, or an empty one."""
    if not isinstance(file, str | Path) or not str(file):
        raise InputError("file", repr(file), "must be the path of a file")


def read_input(file: str | Path, base_dir: str | Path | None) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a file, and {name, sha256, bytes} of exactly those; a relative path starts at `base_dir`.

    Raises InputError if the file cannot be read.
    """
    path = Path(base_dir or ".") / Path(file).expanduser()
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("file", path, f"must be a file that can be read ({reason})") from None
    record = {"name": Path(file).as_posix(), "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    return content, record
