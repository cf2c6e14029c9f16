# Everything a developer, a reader or CI does with quspike. Needs make, git and one of Python 3.13, 3.12 or 3.11.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SHELLFLAGS := -eu -c

# The newest Python that really runs: a pyenv shim can be on PATH and still refuse, and Debian's Python can lack venv.
candidates = $(foreach v,$(1),python$(v) $(wildcard $(HOME)/.pyenv/versions/$(v).*/bin/python)) python3
runs = import sys, venv, ensurepip; sys.exit("%d.%d" % sys.version_info[:2] not in "$(1)".split())
newest = $(shell for python in $(call candidates,$(1)); do \
	"$$python" -c '$(call runs,$(1))' >/dev/null 2>&1 && { echo "$$python"; break; }; done)
VERSIONS := 3.13 3.12 3.11
PYTHON ?= $(call newest,$(VERSIONS))

# Bytecode is kept between commands: without it every start of quspike compiles a thousand modules, for five seconds.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PINNED := $(VENV)/.pinned
READY := $(VENV)/.ready
PEERS := dynamiqs scqubits brian2

# Two test processes, each with one thread for linear algebra: more threads only fight over the cores.
# What JAX compiles for tests and pages is kept: a second run takes a third of the time.
TEST_ENV := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 JAX_PLATFORMS=cpu MPLBACKEND=agg \
	JAX_COMPILATION_CACHE_DIR=$(CURDIR)/.jax_cache JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0.2
# Most of the tests' time is LLVM's, for programs that run for milliseconds: unoptimised, a third of it is saved.
COMPILER := XLA_FLAGS="$${XLA_FLAGS:-} --xla_backend_optimization_level=0"
WORKERS ?= 2
PYTEST_ARGS ?=

.PHONY: help venv demo figures test oracles lint format types imports docs pins peers bench clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(READY)  ## the virtual environment .venv, from the pinned releases

# Bytecode is written by the first import of a module; most of the modules here are never imported.
$(PINNED): requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "quspike needs Python 3.13, 3.12 or 3.11 with venv; none was found. Name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(BIN)/python -c '$(call runs,$(VERSIONS))' 2>/dev/null || { echo "Making .venv with $(PYTHON)"; "$(PYTHON)" -m venv --clear $(VENV); }
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r $<
	@touch $@

$(READY): $(PINNED) pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

demo: $(READY)  ## simulate the adapting neuron and draw it
	@mkdir -p out
	$(BIN)/quspike run examples/adapting.toml -o out/adapting.nc --plot out/adapting.png --force
	@echo "The figure is in out/adapting.png, the numbers are in out/adapting.nc"

figures: $(READY)  ## draw the pictures of README and theory again, and print their numbers (minutes)
	@mkdir -p out
	$(BIN)/quspike run examples/quantum_spike.toml -o out/quantum_spike.nc --force
	$(BIN)/python examples/readme_figure.py out/quantum_spike.nc docs/images/quantum_spike.png
	$(BIN)/python examples/line_boundary_figure.py docs/images/line_boundary.svg
	$(BIN)/python examples/superposed_resistances.py docs/images/superposed_resistances.svg
	$(BIN)/quspike map -o out/regime_map.nc --plot docs/images/regime_map.svg --table docs/how-to/regime-map.csv --force

test: oracles lint types imports $(READY)  ## lint, types, layers, then the tests
	$(TEST_ENV) $(COMPILER) $(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

oracles:
	@sh tests/install_oracles.sh

lint: $(READY)  ## ruff: style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)  ## let ruff rewrite the files
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY)  ## mypy
	$(BIN)/mypy

imports: $(READY)  ## import-linter: data flows one way
	$(BIN)/lint-imports --no-logo

docs: $(READY)  ## build the documentation into site/, any warning fails
	NO_MKDOCS_2_WARNING=1 $(TEST_ENV) $(BIN)/mkdocs build --strict --quiet
	@echo "The documentation is in site/index.html"

# One file serves all supported Pythons and platforms: markers choose, hashes hold. UPGRADE=--upgrade moves to newer releases.
LOCK = $(BIN)/uv pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make pins" $(UPGRADE)

pins: $(READY)  ## write requirements/*.txt again (make pins UPGRADE=--upgrade for newer releases)
	env -u UV_FIND_LINKS -u PIP_FIND_LINKS $(LOCK) pyproject.toml --all-extras --group dev -o requirements/dev.txt
	for peer in $(PEERS); do env -u UV_FIND_LINKS $(LOCK) --group peer-$$peer -o requirements/peer-$$peer.txt; done

peers: $(PEERS:%=.venv-peer-%/.pinned)  ## each benchmark peer in a virtual environment of its own

# scqubits asks for a SciPy that has no build for Python 3.13; the brian2 of Python 3.11 breaks on the NumPy of today.
.venv-peer-scqubits/.pinned: PYTHON = $(call newest,3.12 3.11)
.venv-peer-brian2/.pinned: PYTHON = $(call newest,3.13 3.12)
.venv-peer-%/.pinned: requirements/peer-%.txt
	@test -n "$(PYTHON)" || { echo "There is no Python here that $* runs on" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear .venv-peer-$*
	.venv-peer-$*/bin/python -m pip install --quiet --require-hashes -r $<
	@touch $@

bench: $(READY) peers  ## speed beside the peers (minutes; needs an idle machine)
	$(BIN)/quspike bench

clean:  ## remove everything that this file makes, the virtual environments too
	rm -rf .venv .venv-peer-* site out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .jax_cache
