# Two commands need nothing but make and Python 3.11: `make up` and `make test`.

SHELL := /bin/sh
.DEFAULT_GOAL := help
run := .venv/bin/
# Bytecode is kept inside .venv, even where the shell forbids Python to write it: without it each start of the program
# compiles 1,800 modules (2.2 s of CPU), and each test process compiles all tests.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/bytecode
# All that `make check` runs but the tests.
alone := format lint types check-client contracts drift sdl
prepare = python=$$(.ci/find-python "$(PYTHON)") && $$python commands/environment.py
lock := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

# The tests run on the server of the wheel, or on Debian's server of the version that POSTGRES names.
ifeq ($(origin POSTGRES),command line)
programs := /usr/lib/postgresql/$(POSTGRES)/bin
ifeq ($(wildcard $(programs)/postgres),)
$(error PostgreSQL $(POSTGRES) is not in $(programs). On Debian or Ubuntu: apt-get install postgresql-$(POSTGRES))
endif
test test-all: export ROLLBOOK_POSTGRES_PROGRAMS = $(programs)
endif

.PHONY: help up test test-all check format lint types contracts sdl drift bench bench-peers schema tables migrate migration lock explorer client \
	check-client

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

up:  ## Install and run everything: database, API, worker, demo data (ARGS="--port 8080 --fresh --no-demo")
	@$(prepare) local
	@[ -f web/explorer/static/graphiql.min.js ] || $(MAKE) --no-print-directory explorer \
		|| echo "The explorer's page will say how to get its assets; everything else works without them."
	@$(run)python -m web.client.build --if-changed \
		|| echo "The pages will say how to build them; everything else works without them."
	@exec $(run)python rollbook.py up --with-parent $(ARGS)

test:  ## Run all tests on servers of their own (ARGS="tests/rules -k R4_5"; POSTGRES=15: on Debian's PostgreSQL 15)
	@$(prepare) dev
	@$(run)pytest $(ARGS)

test-all: export ROLLBOOK_TEST_SIZE = full
test-all:  ## Run the same tests at full size: more rounds, longer walks, larger crowds (takes 20 to 60 minutes)
	@$(prepare) dev
	@$(run)pytest --timeout 1200 $(ARGS)

check:  ## Run everything that must pass before a merge
	@# Each of these computes on one core, so two run at a time; the tests use all cores.
	@$(MAKE) --no-print-directory -j 2 $(alone)
	@$(MAKE) --no-print-directory test

format:  ## Check the formatting
	@$(prepare) dev
	$(run)ruff format --check .

lint:  ## Check Ruff's rules
	@$(prepare) dev
	$(run)ruff check .

types:  ## Check the types, strictly
	@$(prepare) dev
	$(run)mypy .

contracts:  ## Check which layer imports which
	@$(prepare) dev
	$(run)lint-imports

sdl:  ## Check that schema.graphql is what the code prints
	@$(prepare) dev
	$(run)python rollbook.py schema --check

drift:  ## Check that migrations, models and db/schema.sql agree
	@$(prepare) dev
	$(run)python rollbook.py migrate --check

bench:  ## Run the benchmarks
	@$(prepare) dev
	@for bench in bench/*.py; do echo "== $$bench"; $(run)python "$$bench" || exit 1; done

bench-peers:  ## Measure beside GraphQL servers of other kinds; needs Node.js (ARGS="--rounds 5 --only sheet")
	@$(prepare) dev
	@cd bench/peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(run)python bench/peers/run.py $(ARGS)

schema:  ## Print schema.graphql from the code
	@$(prepare) local
	$(run)python rollbook.py schema

tables:  ## Print db/schema.sql from the migrations
	@$(prepare) dev
	$(run)python rollbook.py migrate --print

migrate:  ## Bring the database's schema up to date
	@$(prepare) local
	$(run)python rollbook.py migrate

migration:  ## Write a migration from the models (MESSAGE="what changes")
	@$(prepare) dev
	$(run)python rollbook.py migrate --new "$(MESSAGE)"

lock:  ## Resolve and pin all packages again
	@$(prepare) dev
	$(run)uv pip compile $(lock) pyproject.toml -o requirements/runtime.txt
	$(run)uv pip compile $(lock) pyproject.toml --group local -c requirements/runtime.txt -o requirements/local.txt
	$(run)uv pip compile $(lock) pyproject.toml --group dev -c requirements/local.txt -o requirements/dev.txt
	$(run)uv pip compile $(lock) --group installer -o requirements/installer.txt

explorer:  ## Fetch the explorer's assets
	@$(prepare) local
	@echo "Fetching the explorer's assets ..."
	@$(run)python -m web.explorer.build

client:  ## Build the browser pages
	@$(prepare) local
	@$(run)python -m web.client.build

check-client:  ## Check the browser pages: types against schema.graphql, lint, tests and size
	@$(prepare) dev
	@$(run)python -m web.client.build --only-install
	@$(run)python -m web.client.build --if-changed
	cd web/client && PATH="$$PATH:$(CURDIR)/.venv/bin" npm run --silent check
