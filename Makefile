# Everything here needs Python 3.11 or newer and nothing else; PYTHON=… names another one.
VENV ?= .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development

.PHONY: help demo serve test lint format types bench pictures lock clean

help:
	@echo "make demo    the hub beside its twins, with calls to look at"
	@echo "make serve   the hub itself, data in ./data"
	@echo "make test    everything that CI runs"
	@echo "make lint    the quick part of it: format, ruff, mypy, import rules"
	@echo "make format  put the format right"
	@echo "make bench   the benchmarks"
	@echo "make pictures  the screenshots of the documentation, taken anew"
	@echo "make lock    renew the lock files"

$(RUNTIME): requirements.lock pyproject.toml
	@VENV=$(VENV) tools/environment.sh requirements.lock
	@touch $@

$(DEVELOPMENT): requirements-dev.lock pyproject.toml
	@VENV=$(VENV) tools/environment.sh requirements-dev.lock
	@touch $@ $(RUNTIME)

demo: $(RUNTIME)
	@$(BIN)/switchhook demo --play $(ARGS)

serve: $(RUNTIME)
	@$(BIN)/switchhook serve $(ARGS)

lint: $(DEVELOPMENT)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEVELOPMENT)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: lint
	@tools/chromium.sh
	$(BIN)/python -m pytest -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist worksteal $(ARGS)

bench: $(DEVELOPMENT)
	$(BIN)/python -m pytest -m benchmark -s tests/benchmarks $(ARGS)

pictures: $(DEVELOPMENT)
	$(BIN)/python tools/screenshots.py $(ARGS)

lock: $(DEVELOPMENT)
	tools/lock.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
