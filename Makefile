# The two commands that matter are `make serve` and `make test`; `make help` lists the rest.
PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
READY := $(VENV)/.ready
SCRIPT := src/failuregraph/pages/script
BUNDLE := src/failuregraph/pages/static/sparql.js

.DEFAULT_GOAL := help
.PHONY: help serve assets test test-all check fmt lint build docs lock size clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{ printf "  %-10s %s\n", $$1, $$2 }'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

$(READY): requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

assets: ## bundle the script of the query page, where Node is installed; without it the page is a plain form
ifneq ($(shell command -v npm),)
assets: $(BUNDLE)
else
assets:
	@echo "Node and npm are not installed: the query page is served without its editor." >&2
endif

$(BUNDLE): $(wildcard $(SCRIPT)/*.ts) $(SCRIPT)/build.mjs $(SCRIPT)/tsconfig.json $(SCRIPT)/package-lock.json
	@cd $(SCRIPT) && if npm ci --silent; then npm run --silent check && npm run --silent build; \
	  else echo "npm cannot fetch the packages: the query page is served without its editor." >&2; fi

serve: $(RUN) ## build the graph and serve it at http://127.0.0.1:8000 (PORT=8000)
	-@$(MAKE) --no-print-directory assets
	PYTHONPATH=src $(BIN)/python -m failuregraph serve --port $(PORT)

test: $(READY) assets lint ## lint, types and all tests but the slow ones
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-all: $(READY) assets lint ## everything, the slow proofs too
	$(BIN)/python -m pytest -n 2 -m "not alone"
	$(BIN)/python -m pytest -m alone

check: $(READY) ## check the data, the ontology and the queries
	$(BIN)/failuregraph check

fmt: $(READY) ## write Turtle and Python in their canonical form
	$(BIN)/failuregraph fmt
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

lint: $(READY) ## ruff, its formatter, and mypy strict
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy

build: $(READY) ## build a release into build/
	$(BIN)/failuregraph build

docs: $(READY) ## write the generated pages of docs/ anew
	$(BIN)/python -m pytest -q tests/test_docs.py --update

lock: $(READY) ## resolve the dependencies anew, with hashes and without the name of a registry
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-header --no-annotate --allow-unsafe --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-header --no-annotate --allow-unsafe --all-extras --constraint requirements.lock \
	  --output-file requirements-dev.lock pyproject.toml

size: ## lines of files and functions
	@find src -name '*.py' | xargs wc -l | sort -n | tail -15

clean: ## remove what can be made again
	rm -rf $(SCRIPT)/node_modules $(BUNDLE) $(BUNDLE:.js=.licences.txt)
	rm -rf $(VENV) build dist .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
