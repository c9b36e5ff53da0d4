# Every target sets up what it needs in .venv; `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Tallystick needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

setup: $(READY) ## Make .venv with the locked dependencies

demo: $(READY) ## Run everything on this machine against the stand-in Xero, with sample data
	$(BIN)/tallystick demo

test: $(READY) ## Run the tests
	$(BIN)/pytest

format: $(READY) ## Format and mend what can be mended
	$(BIN)/ruff format src tests
	$(BIN)/ruff check --fix src tests

check: $(READY) ## Format, lint, types, migrations check, layers and tests, as CI does
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/mypy
	$(BIN)/python -m django makemigrations --check --dry-run --settings tallystick.settings
	$(BIN)/pytest

lock: $(READY) ## Write the locked requirements anew from pyproject.toml (needs uv)
	uv pip compile --upgrade --universal --generate-hashes --no-header --no-emit-index-url -p 3.11 pyproject.toml -o requirements/base.txt -q
	uv pip compile --upgrade --universal --generate-hashes --no-header --no-emit-index-url -p 3.11 pyproject.toml --group dev -o requirements/dev.txt -q

clean: ## Remove what the targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help setup demo test format check lock clean
