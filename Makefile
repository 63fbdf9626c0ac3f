# Two commands do everything on a machine with Python 3.11 or newer and make:
#   make demo    crawl the bundled newsroom end to end
#   make test    run the tests
# Both first create .venv from the lock file, and do that again only when the lock file changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# A quarter of pip's time; pip itself installs it, by the hash in the lock file.
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
SHELL := /bin/bash
# Where a shell forbids Python to keep what it compiled, each command of the tests would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-fast test-lowest test-313 coverage check lint words sbom licences wheel docs hooks chaos install lock bench bench-politeness rivals strangers bench-rivals spark clean

demo: $(STAMP)
	$(BIN)/khabar demo

# Each test process starts its servers; two more than cores, since crawls wait for sites as much as they work.
# The stores that KHABAR_TEST_* may name are one for all.
CORES := $(shell getconf _NPROCESSORS_ONLN)
PARALLEL := $(if $(KHABAR_TEST_MONGODB_URI)$(KHABAR_TEST_REDIS_URL),,-n $(shell echo $$(( $(CORES) < 4 ? $(CORES) + 2 : 6 ))) --dist worksteal)
test: $(STAMP)
	$(BIN)/python -m pytest $(PARALLEL)

# What needs no server, no browser and no other process: a minute on two cores.
FAST := tests/discovery tests/extraction tests/health tests/html tests/model tests/parsing tests/scripts \
  tests/dedup/text tests/dedup/comparison tests/dedup/stories $(wildcard tests/test_*.py)
test-fast: $(STAMP)
	$(BIN)/python -m pytest -q -m "not slow" $(PARALLEL) $(FAST)

# Which lines the tests run; processes that tests start are not counted.
coverage: $(STAMP)
	$(BIN)/python -m pytest -q $(PARALLEL) --cov --cov-report=term:skip-covered

# With the oldest versions that pyproject.toml promises, and with a newer Python.
test-lowest: $(STAMP)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-lowest
	$(BIN)/uv pip compile --quiet --resolution lowest-direct --extra embedded --extra worker --extra render --group test pyproject.toml \
	  -o .venv-lowest/requirements.txt
	$(BIN)/uv pip install --quiet --python .venv-lowest/bin/python -r .venv-lowest/requirements.txt
	$(BIN)/uv pip install --quiet --python .venv-lowest/bin/python --no-deps -e .
	.venv-lowest/bin/python -m pytest -q -m "not slow" $(PARALLEL) $(FAST)

PYTHON313 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python) 3.13)
test-313: $(STAMP)
	$(BIN)/uv venv --quiet --clear --python $(PYTHON313) .venv-313
	$(BIN)/uv pip install --quiet --python .venv-313/bin/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python .venv-313/bin/python --no-build-isolation --no-deps -e .
	.venv-313/bin/python -m pytest -q -m "not slow" $(PARALLEL) $(FAST)

# The checks that take seconds; `make hooks` runs them before each commit.
lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m scripts.structure
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture

# Adds the keys that code and templates ask for to the catalogues of words; names what lacks a text or a user.
words: $(STAMP)
	$(BIN)/python -m scripts.words

hooks: $(STAMP)
	$(BIN)/pre-commit install

# All that CI checks.
check: lint test

# The reference of the public calls, as HTML in build/docs.
docs: $(STAMP)
	$(BIN)/python -m scripts.reference build/docs

# A hundred kills of crawls, workers and stores in random order; some minutes, so not among the tests.
chaos: $(STAMP)
	$(BIN)/python -m benchmarks.chaos

bench: $(STAMP)
	for name in extraction dedup crawl requests web; do $(BIN)/python -m benchmarks.$$name || exit 1; done

# Whether any of 2,000 requests leaves before delay, Crawl-delay or Retry-After allow it; some minutes.
bench-politeness: $(STAMP)
	$(BIN)/python -m benchmarks.politeness

install: $(STAMP)

# Into .venv beside the rest; `make install` does not need it.
spark: $(STAMP)
	$(UV) --require-hashes -r requirements-$@.lock

# What the benchmarks measure Khabar against; kept out of .venv, which the lock file describes. news-please wants
# other versions of what Khabar uses, so it lives alone.
rivals: .venv-rivals/.installed .venv-news-please/.installed

.venv-rivals/.installed: pyproject.toml $(STAMP)
	$(PYTHON) -m venv --clear .venv-rivals
	$(BIN)/uv pip install --quiet --python .venv-rivals/bin/python --group rivals --constraint requirements.lock \
	  -e '.[embedded]' || $(BIN)/uv pip install --quiet --python .venv-rivals/bin/python --group rivals -e '.[embedded]'
	@touch $@

.venv-news-please/.installed: pyproject.toml $(STAMP)
	$(PYTHON) -m venv --clear .venv-news-please
	$(BIN)/uv pip install --quiet --python .venv-news-please/bin/python --group news-please
	@touch $@

# Other people's tools, which have to accept packages of evidence; they want other versions of what Khabar uses.
strangers: .venv-strangers/.installed

.venv-strangers/.installed: requirements-strangers.lock $(STAMP)
	$(PYTHON) -m venv --clear .venv-strangers
	$(BIN)/uv pip install --quiet --python .venv-strangers/bin/python --require-hashes -r requirements-strangers.lock
	@touch $@

bench-rivals: rivals
	.venv-rivals/bin/python -m benchmarks.extraction --all
	.venv-rivals/bin/python -m benchmarks.dedup --rivals
	$(BIN)/python -m benchmarks.crawl

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Khabar needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
	$(UV) --require-hashes -r requirements.lock
	$(UV) --no-build-isolation --no-deps -e .
	@touch $@

# Pin every dependency, for every supported Python and platform, with hashes.
lock: $(STAMP)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra embedded --extra worker --extra render --group dev --no-emit-index-url pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  -c requirements.lock --group spark -o requirements-spark.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --group strangers -o requirements-strangers.lock

# What the lock file holds, as CycloneDX, for whoever has to know; and the licences of what is installed.
sbom: $(STAMP)
	@mkdir -p build
	$(BIN)/uv tool run --quiet --from 'cyclonedx-bom==7.*' cyclonedx-py requirements requirements.lock \
	  --pyproject pyproject.toml --output-reproducible --sv 1.6 -o build/sbom.cdx.json
	@echo build/sbom.cdx.json

licences: $(STAMP)
	$(BIN)/uv tool run --quiet --from 'pip-licenses==5.*' pip-licenses --python $(BIN)/python --from mixed --order license

# The wheel, installed with its dependencies and run in an empty folder; downloads them.
wheel: $(STAMP)
	rm -rf dist && $(BIN)/python -m hatchling build -t wheel
	cd "$$(mktemp -d)" && HOME=$$PWD XDG_CONFIG_HOME= XDG_DATA_HOME= $(CURDIR)/$(BIN)/uv tool run --no-cache-dir \
	  --from $(CURDIR)/$$(cd $(CURDIR) && ls dist/*.whl) khabar sites list --json > sites.json && test -s sites.json

clean:
	-[ -x $(BIN)/khabar ] && $(BIN)/khabar stores stop
	rm -rf $(VENV) .venv-*
