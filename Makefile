# Every target sets up what it needs in .venv; `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SANDBOX := distributions/xero-sandbox
CODE := src tests scripts bench $(SANDBOX)/hatch_build.py
PYTEST_OPTIONS := -n 2 --dist worksteal
SLOW_PROOFS := tests/sync/test_failpoints.py tests/sync/test_protocol_model.py tests/web/test_fuzz.py
NODE_CLIENT := tests/sandbox/believers/node

# Types and the migrations check read the settings, but need no database and no secret of anybody's.
WITHOUT_DATABASE := DJANGO_SETTINGS_MODULE=tallystick.settings DATABASE_URL=postgresql:///none \
	TALLYSTICK_SECRET_KEY=check-only TALLYSTICK_ENCRYPTION_KEYS=Y2hlY2stb25seS1jaGVjay1vbmx5LWNoZWNrLW9ubHk=
NO_HISTORY := -W "ignore:Got an error checking a consistent migration history:RuntimeWarning"

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): requirements/dev.txt pyproject.toml $(SANDBOX)/pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Tallystick needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . -e $(SANDBOX)
	@touch $(READY)

setup: $(READY) ## Make .venv with the locked dependencies

$(NODE_CLIENT)/node_modules: $(NODE_CLIENT)/package-lock.json
	npm ci --prefix $(NODE_CLIENT) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

node-setup: $(NODE_CLIENT)/node_modules ## Install Xero's JavaScript client, so that its tests run too (needs npm)

demo: $(READY) ## Run everything on this machine against the stand-in Xero, with sample data
	$(BIN)/tallystick demo --data .tallystick/demo $(ARGS)

test: $(READY) ## Run the tests (with those in Chromium where it is installed)
	$(BIN)/pytest $(PYTEST_OPTIONS) $(ARGS)

proofs: $(READY) ## Run whole what the tests play a part of: a kill at every boundary, long histories, hostile input
	PROOFS=whole $(BIN)/pytest $(PYTEST_OPTIONS) $(SLOW_PROOFS) $(ARGS)

cases: $(READY) ## Try the inputs of ../shared/cases to the end in Xero; one line each with the outcome and the sums
	$(BIN)/pytest -q --no-header tests/cases $(ARGS)

messages: $(READY) ## Tell how many of Xero's messages on record get a remedy of their own
	$(BIN)/pytest -q --no-header tests/xero/test_messages.py $(ARGS)

format: $(READY) ## Format and mend what can be mended
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

check: $(READY) ## Format, lint, types, migrations check, layers and tests, as CI does
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(WITHOUT_DATABASE) $(BIN)/mypy
	$(WITHOUT_DATABASE) $(BIN)/python $(NO_HISTORY) -m django makemigrations --check --dry-run
	@$(MAKE) --no-print-directory test

picture: $(READY) ## Draw the rooms anew, from what the sources import (docs/images/rooms.svg)
	$(BIN)/python tests/rooms_picture.py

mirror-page: $(READY) ## Write docs/mirror-schema.md anew, from the table of the views
	$(BIN)/python -m tallystick.mirror.views.page > docs/mirror-schema.md

fuzz: $(READY) ## Everything hostile to every address of the pages (ARGS="--seed 7 --rounds 50")
	$(BIN)/python scripts/fuzz.py $(ARGS)

real-run: $(READY) ## A year of documents, credits and payments in, every cent compared (DATA=file.csv.gz MONTH=2010-12)
	$(BIN)/python scripts/real_run.py $(if $(DATA),--data $(DATA)) $(if $(MONTH),--month $(MONTH)) $(ARGS)

pull-run: $(READY) ## All that Xero has comes home while the worker dies and hands change it, compared (ARGS=--quick)
	$(BIN)/python scripts/pull_run.py $(if $(DATA),--data $(DATA)) $(if $(MONTH),--month $(MONTH)) $(ARGS)

bench: $(READY) ## Measure the push against one document at a time (ARGS=--quick)
	$(BIN)/python bench/push.py $(ARGS)

chaos: $(READY) ## Every bad day at once, and both ledgers compared (ARGS="--seed 7 --documents 3000 --faults 10000 --books 12")
	PYTHONPATH=scripts $(BIN)/python -m chaos $(ARGS)

description: $(READY) ## Make the table that requests are judged by anew, from ../shared/xero-openapi
	$(BIN)/python scripts/description.py $(ARGS)

mutation-check: $(READY) ## Take each guard of the ten promises away; a test must notice (ARGS="--only lane")
	$(BIN)/python scripts/mutation.py $(ARGS)

bench-saving: $(READY) ## Measure saving while 1, 16 and 64 people save, against the bare save (ARGS=--quick)
	$(BIN)/python bench/saving.py $(ARGS)

bench-pull: $(READY) ## Measure how what Xero has comes home (ARGS="--invoices 5000 --contacts 1000 --organisations 20")
	$(BIN)/python bench/pulling.py $(ARGS)

bench-pages: $(READY) ## Ask every page of a workspace with a million documents (ARGS="--keep FOLDER --only home")
	$(BIN)/python bench/pages.py $(ARGS)

bench-sandbox: $(READY) ## Measure the stand-in Xero with a million lines on one core (ARGS="--invoices 5000")
	$(BIN)/python bench/sandbox.py $(ARGS)

bench-tables: $(READY) ## Measure the reading of CSVs and workbooks beside the csv module (ARGS="--lines 50000 --rows 10000")
	$(BIN)/python bench/tables.py $(ARGS)

bench-importing: $(READY) ## Measure an import from file to books beside a bare copy (ARGS="--lines 100000")
	$(BIN)/python bench/importing.py $(ARGS)

bench-beside: $(READY) ## Measure pages and pushes beside imports, plans and exports (ARGS=--quick)
	$(BIN)/python bench/beside.py $(ARGS)

bench-doors: $(READY) ## Measure pages while 1,000 sockets hold back (ARGS="--sockets 200 --pages 50")
	$(BIN)/python bench/doors.py $(ARGS)

screenshots: $(READY) ## Make the pictures in docs/images anew (needs Chromium)
	$(BIN)/python scripts/screenshots.py --tests $(ARGS)

lock: $(READY) ## Write the locked requirements anew from pyproject.toml (needs uv)
	uv pip compile --upgrade --universal --generate-hashes --no-header -p 3.11 pyproject.toml $(SANDBOX)/pyproject.toml -o requirements/base.txt -q
	uv pip compile --upgrade --universal --generate-hashes --no-header -p 3.11 pyproject.toml $(SANDBOX)/pyproject.toml --group dev -o requirements/dev.txt -q

clean: ## Remove what the targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis $(NODE_CLIENT)/node_modules

.PHONY: help picture description setup node-setup demo test proofs cases messages format check real-run pull-run chaos fuzz bench bench-saving bench-pull bench-pages mutation-check bench-sandbox bench-tables bench-importing bench-beside bench-doors screenshots lock clean
