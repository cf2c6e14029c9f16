"""What the project promises about itself: light imports, pinned downloads, nothing that ties it to one machine."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("jax", "xarray", "pint", "pydantic", "scipy", "sympy", "matplotlib", "netCDF4")
PINS = sorted((ROOT / "requirements").glob("*.txt"))
FROM_CODE = re.compile(r"<!-- from: ([\w.]+):(\w+) -->")

# Written in pieces, so that this file does not mention what it looks for.
REGISTRY_HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "debian" + ".org", "npmjs" + ".org", "anaconda" + ".org")
LOCAL_PATHS = ("/work" + "/", "/home" + "/", "/Users" + "/", "/opt" + "/")


def tracked_files() -> dict[str, str]:
    """Every text file of the project, by path."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:  # unpacked without its history
        pytest.fail("git ls-files failed: these tests read the files that git tracks")
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b"\0"
        if b"\0" not in content:
            texts[name] = content.decode()
    return texts


def modules_after(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after the statement."""
    code = f"{statement}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(finished.stdout.splitlines()[-1])}


def test_importing_quspike_loads_nothing_heavy():
    """Catches: a top-level `import jax` anywhere on the path of `import quspike`."""
    assert modules_after("import quspike").isdisjoint(HEAVY)


def test_every_public_name_can_be_reached():
    """Catches: a lazy export whose module or attribute has been renamed."""
    quspike = importlib.import_module("quspike")
    for name in getattr(quspike, "__all__", ()):
        getattr(quspike, name)
    assert quspike.__version__


@pytest.mark.parametrize("verb", ["run", "simulate", "load", "compile"])
def test_a_verb_stays_a_verb_after_the_room_of_its_name_is_imported(verb: str):
    """Catches: `import quspike.run.schema` turning `quspike.run` into a module."""
    code = (
        f"import quspike.run.schema\nfrom quspike import {verb}\nassert callable(quspike.{verb}) and callable({verb})"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_the_version_is_the_same_everywhere():
    """Catches: a release that forgets pyproject.toml or CITATION.cff."""
    quspike = importlib.import_module("quspike")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited is not None
    assert quspike.__version__ == project["version"] == cited[1]


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_every_pin_has_its_hashes_and_no_address(path: Path):
    """Catches: a pin without a hash, and an index or folder of one machine that slips into the file."""
    lines = [line.strip() for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    pins = [i for i, line in enumerate(lines) if not line.startswith("--hash=sha256:")]
    assert pins, "no pins"
    for i in pins:
        assert re.fullmatch(r"[a-z0-9_.\-]+==[^ ;]+( ;.*)? \\", lines[i]), lines[i]
        assert lines[i + 1].startswith("--hash=sha256:"), f"{lines[i]} has no hash"


def test_the_pins_hold_every_dependency():
    """Catches: a dependency added to pyproject.toml without `make pins`."""
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = described["project"], described["dependency-groups"]
    extras = project["optional-dependencies"].values()
    pinned_groups = [groups[entry["include-group"]] for entry in groups["dev"]]
    wanted = [entry for listed in (project["dependencies"], *extras, *pinned_groups) for entry in listed]
    names = {re.split(r"[<>=\[ ;]", entry)[0].lower().replace("_", "-") for entry in wanted}
    pinned = set(re.findall(r"^([a-z0-9_.\-]+)==", (ROOT / "requirements" / "dev.txt").read_text(), re.MULTILINE))
    assert names <= pinned


def test_no_file_names_a_registry_or_a_folder_of_one_machine():
    """Catches: an index address in a pin file, an absolute path in a test."""
    found = [
        f"{name}: {word}"
        for name, text in tracked_files().items()
        for word in (*REGISTRY_HOSTS, *LOCAL_PATHS)
        if word in text
    ]
    assert not found


def test_what_the_documentation_takes_from_the_code_is_there():
    """Catches: a generator renamed without the page that shows it, and one that returns nothing."""
    pages = [text for name, text in tracked_files().items() if name.startswith("docs/") and name.endswith(".md")]
    marks = {mark for page in pages for mark in FROM_CODE.findall(page)}
    assert marks
    for module, function in marks:
        assert len(getattr(importlib.import_module(module), function)().splitlines()) > 3, f"{module}:{function}"


def test_the_documentation_lists_every_law_card_and_method():
    """Catches: a law, card or method that its table leaves out."""
    from quspike.circuit.cards import CARDS
    from quspike.circuit.documentation import card_table_markdown
    from quspike.memristors.registry import LAWS
    from quspike.memristors.table import law_table_markdown
    from quspike.methods.documentation import method_table_markdown
    from quspike.methods.registry import METHODS

    assert all(f"model={name}" in law_table_markdown() for name in LAWS)
    assert all(f"| `{prefix}` |" in card_table_markdown() for prefix in CARDS)
    assert all(f"| `{name}` |" in method_table_markdown() for name in METHODS)
