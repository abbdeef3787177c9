# Needs make and Python 3.11 or newer, nothing else: `make PYTHON=python3.12 test` says which Python.
# .venv holds exactly what the locks name; it is made on first use and again when a lock changes.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
UV_COMPILE := $(BIN)/uv --quiet pip compile --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),0)
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' exporter/__init__.py)
CREATED = $(shell date -u -d @$(EPOCH) +%FT%TZ)
CONTAINER_ENGINE ?= $(shell command -v podman || command -v docker || echo podman)
IMAGE ?= sailpoint-exporter:dev

.PHONY: help demo test lint check bench lock dist image image-test deploy-test trust clean

help:
	@echo "make demo        the exporter with a simulated tenant; Ctrl-C ends it"
	@echo "make test        all tests, in random order, with branch coverage"
	@echo "make check       lint, format, types, layers, then the tests"
	@echo "make bench       the measurements in tests/bench"
	@echo "make image       the container image $(IMAGE); BASE_IMAGE=... starts from another base"
	@echo "make image-test  builds and runs the image for real; needs podman"
	@echo "make deploy-test what deploy/ holds, validated and run with the real programs"
	@echo "make trust       faults, fuzz, soaks and mutations against the installed exporter: up to an hour"
	@echo "make dist        wheel, source archive and bill of materials, in dist/"
	@echo "make lock        the hashed locks from pyproject.toml; LOCK=--upgrade takes newer releases"
	@echo "make clean       removes what all of these made"

# On a terminal the demo gets a process group of its own: Ctrl-C then reaches the demo, which ends with status 0, and
# not make, which would end with 130 whatever the demo answers. A job in the background must not take the terminal.
demo: $(VENV)/.runtime
	@set -- $(BIN)/python -m exporter demo; \
	[ -t 1 ] && case "$$(ps -o stat= -p $$$$ 2>/dev/null)" in *+*) set -m; "$$@"; exit ;; esac; \
	exec "$$@"

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -q -n 2 --cov=exporter --cov-branch --cov-report=term

lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@echo "lint, format, types and layers: nothing to say"

check: lint test

bench: $(VENV)/.dev
	@$(BIN)/python -m pytest -q -s -m bench tests/bench

lock: $(VENV)/.dev
	@$(UV_COMPILE) $(LOCK) --extra basic-auth -o requirements.txt pyproject.toml
	@$(UV_COMPILE) $(LOCK) --group build -o requirements-build.txt
	@$(UV_COMPILE) $(LOCK) --extra basic-auth --group dev -c requirements.txt -c requirements-build.txt \
		-o requirements-dev.txt pyproject.toml
	@$(UV_COMPILE) $(LOCK) --group deploy -c requirements-dev.txt -o requirements-deploy.txt

# HEALTHCHECK exists in Docker's image format only, which podman writes when told so.
image:
	@BUILDAH_FORMAT=docker $(CONTAINER_ENGINE) build --tag $(IMAGE) $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) \
		--build-arg VERSION=$(VERSION) --build-arg CREATED=$(CREATED) \
		--build-arg REVISION=$$(git rev-parse --short HEAD 2>/dev/null || echo unknown) .

image-test: $(VENV)/.dev
	@$(BIN)/python -m pytest -q -m image tests/deploy

deploy-test: $(VENV)/.deploy
	@$(BIN)/python -m pytest -q -m deploy tests/deploy tests/scenarios

trust: $(VENV)/.dev
	@HYPOTHESIS_PROFILE=trust $(BIN)/python -m pytest -q -m trust tests

dist: $(VENV)/.dev
	@rm -rf dist
	@SOURCE_DATE_EPOCH=$(EPOCH) $(BIN)/python -m hatchling build --directory dist --target wheel --target sdist
	@SOURCE_DATE_EPOCH=$(EPOCH) $(BIN)/python -m deploy.sbom >dist/sailpoint-exporter-$(VERSION).cdx.json

clean:
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .*_cache
	@find exporter tests deploy -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.runtime: requirements.txt
	$(if $(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),,\
	$(error $(PYTHON) is not Python 3.11 or newer: name one that is, as in `make PYTHON=python3.12 $(MAKECMDGOALS)`))
	@echo "setting up $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@echo "adding the development tools to $(VENV)"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@$(PIP) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.deploy: $(VENV)/.dev requirements-deploy.txt
	@echo "adding what checks deploy/ to $(VENV)"
	@$(PIP) --require-hashes -r requirements-deploy.txt
	@touch $@
