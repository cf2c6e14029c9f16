"""Compiled solvers are kept in the user's cache folder, unless the user says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from quspike.cli.cache import cache_folder, keep_compiled_solvers

PLACE = "JAX_COMPILATION_CACHE_DIR"


def test_the_cache_lies_where_the_user_keeps_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "quspike"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, by the XDG specification
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "quspike"


def test_a_place_that_the_user_has_set_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(PLACE, "elsewhere")
    keep_compiled_solvers()
    assert os.environ[PLACE] == "elsewhere"


def test_a_folder_that_cannot_be_made_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.delenv(PLACE)
    keep_compiled_solvers()
    assert PLACE not in os.environ
