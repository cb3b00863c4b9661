# Guanjia 管家. Everything runs from .venv, which is built from the hashed locks in requirements/.
#   make run     start the one-machine centre           make test   run every test
#   make demo    play a repair and a quarter of fees    make check  format, lint, types, contracts, tests
#   make bench   ratios against a bare reference        make lock   renew the locks from pyproject.toml
#   make chaos   kill everything while work flows (CHAOS_ARGS="--cases 200 --seed 7")
#   make clean   remove .venv and caches (never var/)   make screenshots  renew docs/images

PYTHON ?= python3.11
UV ?= uv
TEST_WORKERS ?= 2
PYTEST_ARGS ?=
CHAOS_ARGS ?=
SOURCES := workflows activities workers starters deploy tests bench

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

RUNTIME := .venv/.runtime-installed
DEVELOP := .venv/.develop-installed

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench chaos screenshots format lint lock clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   *//p' Makefile

run: $(RUNTIME)
	@exec .venv/bin/guanjia run

demo: $(RUNTIME)
	@.venv/bin/guanjia demo repair
	@exec .venv/bin/guanjia demo fees

test: $(DEVELOP)
	.venv/bin/pytest -n $(TEST_WORKERS) $(PYTEST_ARGS)

check: lint test

lint: $(DEVELOP)
	.venv/bin/ruff format --check $(SOURCES)
	.venv/bin/ruff check $(SOURCES)
	.venv/bin/mypy
	.venv/bin/lint-imports

screenshots: $(DEVELOP)
	GUANJIA_SCREENSHOTS=docs/images .venv/bin/pytest tests/deploy/test_manager_pages.py

bench: $(DEVELOP)
	.venv/bin/python -m bench.repairs
	.venv/bin/python -m bench.fees
	.venv/bin/python -m bench.notices
	.venv/bin/python -m bench.plots

chaos: $(DEVELOP)
	.venv/bin/python -m tests.chaos $(CHAOS_ARGS)

format: $(DEVELOP)
	.venv/bin/ruff check --fix $(SOURCES)
	.venv/bin/ruff format $(SOURCES)

# A lock that changed is installed anew; a venv that half failed is not stamped and is tried again.
$(RUNTIME): requirements/runtime.txt pyproject.toml | .venv/bin/python
	@echo "Installing what Guanjia needs from requirements/runtime.txt (once; a few minutes on a slow line)"
	@.venv/bin/python -m pip install --quiet --require-hashes -r requirements/runtime.txt
	@.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEVELOP): requirements/develop.txt pyproject.toml | .venv/bin/python
	@echo "Installing Guanjia and its test tools from requirements/develop.txt (once)"
	@.venv/bin/python -m pip install --quiet --require-hashes -r requirements/develop.txt
	@.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(RUNTIME)

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || \
	  { echo "make: $(PYTHON) is not here. Install Python 3.11 (Debian: apt install python3.11 python3.11-venv) or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "make: $(PYTHON) is not Python 3.11. Name one that is: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "make: $(PYTHON) has no venv module. Install it (Debian: apt install python3.11-venv)" >&2; exit 1; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv

# Both locks come from one resolution: the runtime lock is held to the versions of the development lock.
lock:
	@command -v $(UV) >/dev/null 2>&1 || { echo "make: uv is not here. Install it (pip install uv) or name it: make lock UV=/path/to/uv" >&2; exit 1; }
	$(UV) pip compile pyproject.toml --group build --group dev --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements/develop.txt
	$(UV) pip compile pyproject.toml --group build --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -c requirements/develop.txt -o requirements/runtime.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info
