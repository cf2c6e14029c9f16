"""A file is written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quspike.errors import InputError


def check_writable(path: str | Path, *, force: bool = False, key: str = "output") -> Path:
    """Refuse a destination that could not be written, before any work is done for it.

    Raises
    ------
    InputError : the folder is missing or cannot be written, or the file exists and `force` is false.
    """
    path = Path(path)
    try:
        remedy = _obstacle(path, force)
    except (OSError, ValueError) as error:  # ValueError: a null character
        remedy = f"must be a file that can be written ({(getattr(error, 'strerror', None) or str(error)).lower()})"
    if remedy is not None:
        raise InputError(key, path, remedy)
    return path


def _obstacle(path: Path, force: bool) -> str | None:
    """What would be right in place of `path`, or None; a trial file tells whether its folder can be written."""
    if not path.parent.is_dir():
        return f"must lie in an existing folder ({path.parent} is none)"
    if path.is_dir():
        return "must be a file, not a folder"
    if path.exists() and not force:
        return "must not exist yet (use force to replace it)"
    trial = _beside(path)
    os.close(os.open(trial, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    trial.unlink()
    return None


@contextmanager
def whole_file(path: str | Path, *, force: bool = False, key: str = "output") -> Iterator[Path]:
    """Give a temporary path beside `path`; put it in place, flushed to disk, only when the block succeeds.

    A reader sees the old file or the new one. A process killed inside the block leaves the destination as it was.
    """
    path = check_writable(path, force=force, key=key)
    partial = _beside(path)
    try:
        yield partial
        _flush(partial)
        if path.exists() and not force:
            raise InputError(key, path, "must not exist yet (it appeared while the result was being computed)")
        os.replace(partial, path)
        _flush(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """A name that nobody else uses, in the same folder, with the same suffix (writers choose a format by it)."""
    return path.with_name(f".quspike-{secrets.token_hex(4)}{path.suffix}")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
