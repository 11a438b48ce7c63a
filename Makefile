# `make help` lists the targets.
PYTHON ?= python3
DB ?= sqlite
LEGS ?=
BENCH ?=
N ?= 2000
SEED ?= 7

# What the demonstration needs besides fkguard itself.
DRIVER_mysql = "mysqlclient>=2.3"
DRIVER_mariadb = $(DRIVER_mysql)
DRIVER_mariadb118 = $(DRIVER_mysql)
DRIVER_postgresql = "psycopg[binary]>=3.3"
DRIVER_postgresql18 = $(DRIVER_postgresql)

.PHONY: help test check proof fuzz killed clusters django-suite histories copies demo bench bench-copy bench-foreign-keys docs lint servers-start servers-stop clean

help:  ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 26

test:  ## Run every test on every database and Django (LEGS="--database mysql": some).
	@$(PYTHON) scripts/run_legs.py $(LEGS)

check:  ## Lint, check types and test on SQLite: after each edit (DB=mysql: there).
	@$(MAKE) --no-print-directory lint
	@$(PYTHON) scripts/servers.py with $(DB) -- env FKGUARD_TEST_DATABASE=$(DB) \
		.venv/dev/bin/python -m pytest --quiet --numprocesses=2 --dist=worksteal \
		$(if $(filter sqlite,$(DB)),--kind unit) --kind server

proof:  ## Run every test in every leg, and what is too long for every change.
	@$(PYTHON) scripts/run_legs.py --full
	@$(MAKE) --no-print-directory fuzz killed clusters django-suite backends histories copies

fuzz:  ## Play N random histories on every server (N=100 SEED=7 DB=mysql: one server).
	@$(PYTHON) scripts/fuzz.py --histories $(N) --seed $(SEED) \
		$(if $(filter command line,$(origin DB)),--database $(DB)) $(LEGS)

killed:  ## Kill migrate at every statement it sends (DB=mysql: one server).
	@$(PYTHON) scripts/killed.py \
		$(if $(filter command line,$(origin DB)),--database $(DB)) $(LEGS)

clusters:  ## Migrate on poolers, clusters and replicas (DB=mysql LEGS="--setup galera": less).
	@$(PYTHON) scripts/clusters.py \
		$(if $(filter command line,$(origin DB)),--database $(DB)) $(LEGS)

django-suite:  ## Run Django's own tests with fkguard (DB=mysql MODE=auto: less).
	@$(PYTHON) scripts/django_suite.py --database $(DB) \
		$(if $(MODE),--mode $(MODE)) $(LEGS)

backends:  ## Run the guard's tests through other packages' backends (LEGS="--backend tenants").
	@$(PYTHON) scripts/backends.py $(LEGS)

histories:  ## Migrate real projects from zero and back in strict (DB=mariadb: one server).
	@$(PYTHON) scripts/histories.py \
		$(if $(filter command line,$(origin DB)),--database $(DB)) $(LEGS)
	@$(PYTHON) scripts/histories.py --small \
		$(if $(filter command line,$(origin DB)),--database $(DB)) $(LEGS)

copies:  ## Copy a wagtail site and use it, kill copies, copy between servers (DB=mysql: less).
	@$(PYTHON) scripts/copies.py \
		$(if $(filter command line,$(origin DB)),--database $(DB)) $(LEGS)

compare:  ## Show what other linters say of migrations that lose constraints.
	@$(PYTHON) scripts/environments.py compare --editable ".[lint]" --group bench
	@PYTHONPATH=. .venv/compare/bin/python -m benchmarks.compare

demo:  ## Show lost constraints, and fkguard keeping them (DB=mysql: another database).
	@$(PYTHON) scripts/servers.py known $(DB)
	@$(PYTHON) scripts/environments.py demo-$(DB) --editable . $(DRIVER_$(DB))
	@$(PYTHON) scripts/servers.py with $(DB) -- \
		.venv/demo-$(DB)/bin/python examples/library/demo.py --database $(DB)

bench:  ## Measure what fkguard costs on wagtail's migrations (BENCH="--mode auto").
	@$(PYTHON) benchmarks/run.py $(BENCH)
	@$(PYTHON) benchmarks/lint.py
	@$(PYTHON) benchmarks/copying.py --rows 160000 --others

bench-copy:  ## Time fkguard copy beside the bare loader (BENCH="--rows 1500000 --database mysql").
	@$(PYTHON) benchmarks/copying.py $(BENCH)

bench-foreign-keys:  ## Time check --database on 3,000 foreign keys (DB=mysql: there).
	@$(PYTHON) scripts/environments.py bench --editable . --group databases --group bench
	@$(PYTHON) scripts/servers.py with $(DB) -- .venv/bench/bin/python \
		-m benchmarks.foreign_keys --database $(DB) $(BENCH)

docs:  ## Draw the pictures and build docs/_build/html, warnings as errors.
	@$(PYTHON) scripts/environments.py docs --editable . --group docs
	.venv/docs/bin/python docs/pictures.py
	.venv/docs/bin/python docs/terminal.py
	.venv/docs/bin/python -m sphinx --fail-on-warning --keep-going --fresh-env \
		--quiet --builder html docs docs/_build/html

lint:  ## Run the linters, the formatter's check and the type checker.
	@$(PYTHON) scripts/environments.py dev --editable . --group dev
	.venv/dev/bin/ruff check .
	.venv/dev/bin/ruff format --check .
	.venv/dev/bin/lint-imports --no-cache
	.venv/dev/bin/mypy

servers-start:  ## Start the database servers and print their URLs.
	@$(PYTHON) scripts/servers.py start

servers-stop:  ## Stop the database servers and delete their data.
	@$(PYTHON) scripts/servers.py stop

clean: servers-stop  ## Stop the servers and remove what the other targets made.
	rm -rf .venv .test-logs .mypy_cache .pytest_cache .ruff_cache build dist *.egg-info
