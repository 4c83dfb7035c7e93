# Every command of the README. Needs Python 3.11+ and make; the rest is fetched (docs/operations.md).
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
APPS := core buyers invoices scoring cover credit alerts pipeline
STRICT := $(APPS) dashboard config manage.py tools bench
# Where a container sets this, each of our processes would compile thousands of modules anew, at every start.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup setup-dev run test unit api-fuzz e2e lint format types contracts bench demo schema messages lock budgets screenshots clean

help: ## list these commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## environment, front-end files, translations, static files; nothing is started
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (set PYTHON=/path/to/python)"; exit 1; }
	@$(PYTHON) tools/bootstrap.py

setup-dev: ## the same, and the tools for tests and checks
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (set PYTHON=/path/to/python)"; exit 1; }
	@$(PYTHON) tools/bootstrap.py --dev

run: setup ## start everything at http://localhost:8000 (PORT, DUEWATCH_HOME, DATABASE_URL, REDIS_URL); Ctrl-C stops it
	@exec $(BIN)/python -m config.local.run

test: setup-dev ## the whole suite: unit, integration, real workers, browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

unit: setup-dev ## the tests that need no database (seconds)
	@$(BIN)/python -m pytest tests/unit $(ARGS)

api-fuzz: setup-dev ## the API against its own schema, with every kind of caller (FUZZ_EXAMPLES=20)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-20} $(BIN)/python -m pytest tests/functional/api/test_fuzz.py $(ARGS)

e2e: setup-dev ## browser and process tests only
	@$(BIN)/python -m pytest tests/functional $(ARGS)

lint: setup-dev ## ruff, migrations, translations, lock files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py lintmigrations --include-apps $(APPS) --ignore-initial-migrations --warnings-as-errors --no-cache -q ok ignore
	$(BIN)/python -m tools.check_locale
	$(BIN)/python -m tools.check_locks

format: setup-dev ## ruff's fixes and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup-dev ## mypy, strict
	$(BIN)/mypy $(STRICT)

contracts: setup-dev ## floors and rooms (import-linter)
	$(BIN)/lint-imports

bench: setup-dev ## speed and size, each figure beside its limit (ARGS="--size 10k --only aging")
	$(BIN)/python -m bench $(ARGS)

demo: setup ## load the demo data into the embedded database, if it is empty
	$(BIN)/python manage.py seed_demo --scale demo

schema: setup ## write the OpenAPI document
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

messages: setup-dev ## collect texts for translation (needs Debian's gettext)
	$(BIN)/python manage.py makemessages -l zh_Hans --no-obsolete --ignore=node_modules --ignore=.venv --ignore=build
	$(BIN)/python manage.py makemessages -l zh_Hans -d djangojs --no-obsolete --ignore=node_modules --ignore=.venv --ignore=build --ignore=static/vendor --ignore=staticfiles

budgets: setup-dev ## rewrite tests/query_budgets.json (review the diff)
	REWRITE_QUERY_BUDGETS=1 $(BIN)/python -m pytest tests/integration -k query_budget $(ARGS)

lock: setup-dev ## compile the lock files out of requirements*.in and package.json
	$(BIN)/python -m tools.lock

screenshots: setup-dev ## the pictures of README and docs, out of this build
	$(BIN)/python tools/screenshots.py

clean: ## remove what set-up and tests made; data in .duewatch stays
	rm -rf .venv node_modules static/vendor staticfiles build test-results .pytest_cache .mypy_cache .ruff_cache
