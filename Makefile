# `make run` and `make test` do all the set-up themselves; `make help` lists the rest.

PYTHON  := .venv/bin/python
FREEZER := $(PYTHON) -m PyInstaller --noconfirm --log-level WARN --distpath build/dist --workpath build/freeze
WORKERS ?= 2
PYTEST  := QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest

DEPENDENCIES := .venv/.dependencies-installed
INSTALLED    := .venv/.fieldapp-installed
PO_FILES     := $(wildcard resources/translations/*/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format types contracts check-translations pytest \
	soak bench screenshots translations lock freeze package-linux clean

help: ## Lists the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ------------------------------------------------------------------------------------------- set-up

$(DEPENDENCIES): requirements.lock
	@packaging/create_venv.sh .venv
	@echo "Installing the dependencies of requirements.lock (some 550 MB, once)…"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(INSTALLED): $(DEPENDENCIES) pyproject.toml hatch_build.py $(PO_FILES)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(INSTALLED)
	@$(PYTHON) packaging/check_system.py

# ---------------------------------------------------------------------------------------- every day

run: setup ## Opens the program on the demo season (without a display: writes what it would show)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" != Linux ]; then \
		$(PYTHON) -m fieldapp --demo; \
	else \
		echo "No display here (DISPLAY and WAYLAND_DISPLAY are empty): the demo season is written to build/demo instead."; \
		QT_QPA_PLATFORM=offscreen $(PYTHON) -m fieldapp --demo --no-display build/demo; \
	fi

test: lint types contracts check-translations pytest ## Format, lint, types, import contracts, translations, tests

lint: setup ## ruff, without changing anything
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

format: setup ## Formats the code and mends what ruff can mend
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

types: setup ## mypy --strict
	$(PYTHON) -m mypy

contracts: setup ## The layers of the house, by import-linter
	.venv/bin/lint-imports

check-translations: setup ## Fails where the English lacks a text
	$(PYTHON) packaging/translations.py check

# No test may be skipped or expected to fail: what is not seen is not done.
pytest: setup ## The tests alone, nothing skipped
	$(PYTEST) -n $(WORKERS) --dist worksteal --forbid-skips

soak: setup ## The long run of the faults of sync (an hour): build/soak.json, with cases, seeds, lost, doubled
	$(PYTHON) -m tests.faults.soak build/soak.json

bench: setup ## Benchmarks: one table, and build/benchmarks.json
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m tests.benchmarks build/benchmarks.json

screenshots: setup ## Pictures of every window, in build/screenshots
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m fieldapp.ui.screenshots build/screenshots

translations: setup ## Brings the new texts of the code into fieldapp.pot and every .po
	$(PYTHON) packaging/translations.py update

lock: setup ## Writes requirements.lock again, with the newest versions that pyproject.toml allows
	packaging/lock.sh $(PYTHON)

# ----------------------------------------------------------------------------------------- releases

freeze: setup ## One-folder program in build/dist/fieldapp, which then tests itself
	$(FREEZER) fieldapp.spec
	QT_QPA_PLATFORM=offscreen build/dist/fieldapp/fieldapp --self-test

package-linux: freeze ## Tarball and .deb of the frozen program, in build/packages
	packaging/linux/make_tarball.sh build/dist/fieldapp build/packages
	packaging/linux/make_deb.sh build/dist/fieldapp build/packages

clean: ## Removes what was built and the environment
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find resources fieldapp tests packaging -name __pycache__ -prune -exec rm -rf {} +
	find resources -name '*.mo' -delete
