# Two commands do everything on a machine with Python 3.11 or newer and make:
#   make demo    crawl the bundled newsroom end to end
#   make test    run the tests
# Both first create .venv from the lock file, and do that again only when the lock file changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SHELL := /bin/bash

.PHONY: demo test check install lock bench clean

demo: $(STAMP)
	$(BIN)/khabar demo

test: $(STAMP)
	$(BIN)/python -m pytest

# All that CI checks.
check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: $(STAMP)
	for name in extraction dedup crawl web; do $(BIN)/python -m benchmarks.$$name || exit 1; done

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Khabar needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# Pin every dependency, for every supported Python and platform, with hashes.
lock: $(STAMP)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra embedded --group dev --no-emit-index-url pyproject.toml -o requirements.lock

clean:
	-[ -x $(BIN)/khabar ] && $(BIN)/khabar stores stop
	rm -rf $(VENV)
