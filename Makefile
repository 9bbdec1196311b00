# make demo    fit the demo catalogue and print where the report is
# make test    run the whole suite, warnings as errors
# make attacks  run the attacks of tests/attacks at their full numbers, but for those of make torture
# make torture  the same for what is kept on disk: damage, kill -9, full disks, memory, locales, determinism; hours
# make lint    style, types, docstrings, doctests
# make bench   time how costs grow with rows, classes and words, and draw benchmarks/scaling.html
# make smoke   install the package into an empty environment and use it from outside the checkout
# make docs    build the documentation into build/docs, warnings as errors
# make lock    resolve the dependencies afresh into requirements.lock and requirements-test.lock
# make examples  fit the demo catalogue and renew the finished reports in reports/
# make screenshots  take the pictures of these reports, and of the service of their bundle, in reports/screens
# make clean   remove the environment and everything made
#
# PYTHON=...       interpreter for the environment (3.11 or later)
# TORCH_INDEX=...  package index that holds a CPU build of torch, where the usual one has none (README)
# JOBS=...         processes that the tests run in (2); 0 for one, with all that it prints
# PYTEST_ARGS=...  further arguments for pytest

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
TORCH_INDEX ?=
JOBS ?= 2
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TORCH := $(shell grep '^torch==' requirements.lock)

# The environment is brought up to date when a lock or the package's own metadata changes, not when a clock does.
RUNTIME := $(VENV)/.runtime-$(shell cat pyproject.toml requirements.lock | cksum | cut -d' ' -f1)
TESTING := $(VENV)/.testing-$(shell cat pyproject.toml requirements.lock requirements-test.lock | cksum | cut -d' ' -f1)

# What is kept on disk, by the numbers of the attacks.
TORTURE := $(wildcard tests/attacks/test_attack_1[3-8]_*.py tests/attacks/test_attack_2[34]_*.py)

.PHONY: demo test attacks torture lint bench smoke docs lock examples screenshots clean

demo: $(RUNTIME)
	$(BIN)/python -m prodcls.fit --out out/demo

test: $(TESTING)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(PYTEST_ARGS)

attacks: $(TESTING)
	PRODCLS_ATTACKS=full $(BIN)/python -m pytest tests/attacks $(TORTURE:%=--ignore=%) $(PYTEST_ARGS)

torture: $(TESTING)
	PRODCLS_ATTACKS=full $(BIN)/python -m pytest $(TORTURE) $(PYTEST_ARGS)

examples: $(RUNTIME)
	$(BIN)/python -m prodcls.fit --out out/examples
	rm -rf reports/en reports/zh
	$(BIN)/python -m prodcls.report out/examples/bundle --lang en --out reports/en
	$(BIN)/python -m prodcls.report out/examples/bundle --lang zh --out reports/zh

screenshots: $(TESTING)
	$(BIN)/python tools/screenshots.py

lint: $(TESTING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/flake8 src
	$(BIN)/python -m pytest --quiet src/prodcls

bench: $(TESTING)
	$(BIN)/python -m pytest benchmarks/scaling.py --benchmark-json=benchmarks/results/scaling.json
	$(BIN)/python benchmarks/page.py

smoke: $(TESTING)
	$(BIN)/python tools/smoke.py $(if $(TORCH_INDEX),--torch-index $(TORCH_INDEX))

docs: $(TESTING)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs
	@echo "documentation: build/docs/index.html"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "prodcls needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# torch comes first, after a look at what would be fetched: a CUDA build is several gigabytes and of no use here.
$(RUNTIME): | $(VENV)/bin/python
	$(PIP) install --dry-run --ignore-installed --no-deps --report - $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH) \
	    | $(BIN)/python tools/refuse_cuda.py
	$(PIP) install --no-deps $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	$(PIP) install --no-deps -r requirements.lock -e .
	@rm -f $(VENV)/.runtime-*
	@touch $@

$(TESTING): $(RUNTIME)
	$(PIP) install --no-deps -r requirements-test.lock
	@rm -f $(VENV)/.testing-*
	@touch $@

# The local part of a version (torch's +cpu) names one build and not the release, so it stays out of the lock. So does
# what OpenVINO reports its use with (docs/adr/0034).
UNWANTED := --exclude pip --exclude prodcls --exclude openvino-telemetry
FREEZE := $(VENV)-lock/bin/python -m pip freeze --all $(UNWANTED) | sed 's/+[a-z0-9.]*$$//'
lock:
	$(PYTHON) -m venv --clear $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -e . $(TORCH)
	$(FREEZE) > requirements.lock
	$(VENV)-lock/bin/python -m pip install --quiet -e '.[test,lint,docs]' -c requirements.lock
	$(FREEZE) | grep -vxFf requirements.lock > requirements-test.lock
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
