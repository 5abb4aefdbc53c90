# Everything starts here. Only make and Python 3.11 or newer are needed: what else there is comes
# from the lock files, whose hashes are checked, into .venv.
#
#   make demo        the whole desk on this machine, for one person
#   make install     .venv with bin/imagedesk in it
#   make test        every test; some of them:  make test ARGS=tests/core
#                    four at once, of which most wait; fewer:  make test WORKERS=1
#   make check       format, lint, types, layering
#   make bench       the benchmarks
#   make documents   write the README's tables and .env.example anew
#   make lock        write the lock files anew
#   make clean       take away what was made, but no data
#
# Settings are taken from the environment:  HTTP_PORT=9000 make demo

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test check bench documents lock clean

VENV := .venv
WORKERS ?= 4
PYTHON := $(VENV)/bin/python
# uv trusts what the machine trusts, as pip does: a proxy's certificate among it.
export UV_SYSTEM_CERTS ?= true
# Which uv: the one on PATH, else one that is brought into .venv.
UV = $(shell command -v uv || echo $(VENV)/bin/uv)
INSTALL = VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --python-version 3.11

help:
	@sed -n 's/^#   //p' Makefile

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

demo: install
	@$(VENV)/bin/imagedesk demo

test: install-dev
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: install-dev
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest -q tests/core/test_layering.py

bench: install-dev
	$(PYTHON) -m bench $(ARGS)

documents: install
	$(PYTHON) -m bot.documents

lock: $(VENV)/uv
	$(COMPILE) --extra install pyproject.toml -o requirements.lock
	$(COMPILE) --all-extras -c requirements.lock pyproject.toml -o requirements-dev.lock
	echo uv | $(COMPILE) - -o requirements-uv.lock

clean:
	rm -rf $(VENV) build imagedesk.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find bot core storage tests bench docs -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: each is newer than all it was made from, so a second call does nothing.

$(VENV)/installed: requirements.lock pyproject.toml | $(VENV)/uv
	@echo 'Installing what requirements.lock names …'
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# The longer lock holds the shorter one, so one installation serves both.
$(VENV)/installed-dev: requirements-dev.lock requirements.lock pyproject.toml | $(VENV)/uv
	@echo 'Installing what requirements-dev.lock names …'
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/installed

$(VENV)/uv: requirements-uv.lock
	@scripts=$(VENV)/bin; \
	if [ ! -x $$scripts/python ]; then \
	  found=; \
	  for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	    if $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; \
	    then found=$$name; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo 'Image Desk needs Python 3.11, 3.12, 3.13 or 3.14, and none of them is on PATH.' >&2; \
	    exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$found …"; \
	  if command -v uv >/dev/null; then uv venv --quiet --python "$$found" $(VENV); \
	  elif ! $$found -m venv $(VENV); then \
	    rm -rf $(VENV); \
	    echo 'On Debian and Ubuntu, install the package python3-venv first.' >&2; \
	    exit 1; \
	  fi; \
	fi; \
	if ! command -v uv >/dev/null && [ ! -x $$scripts/uv ]; then \
	  $$scripts/python -m pip install --quiet --disable-pip-version-check \
	    --require-hashes -r requirements-uv.lock; \
	fi; \
	touch $@
