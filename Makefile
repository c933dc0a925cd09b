# make run    set everything up, evaluate the plan, and live a day of a simulated plant (needs Python 3.11 or newer and make)
# make test   set everything up and run all checks and tests
# make check  style and types alone        make bench  speed, printed        make clean  forget the set-up

VENV     := .venv
REPORT   := zhizao-report.html
CHOICES  := python3 python3.14 python3.13 python3.12 python3.11 python
PYTHON   := $(shell for p in $(CHOICES); do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
SOURCES  := $(shell find src packs testbed -type f -not -name '*.pyc' 2>/dev/null) pyproject.toml README.md LICENSE

# The owner's settings of pip (mirrors, proxies, certificates) stay; those that would install elsewhere or by halves go.
FREE     := env -u PIP_USER -u PIP_TARGET -u PIP_PREFIX -u PIP_ROOT -u PIP_NO_DEPS -u PIP_CONSTRAINT -u PIP_REQUIREMENT -u PIP_REQUIRE_HASHES \
            -u PIP_REQUIRE_VIRTUALENV -u PIP_NO_COMPILE -u PIP_DRY_RUN -u PIP_EDITABLE -u PIP_PYTHON -u PYTHONPATH -u PYTHONHOME -u PYTHONDONTWRITEBYTECODE
PIP      := $(FREE) $(VENV)/bin/python -m pip --disable-pip-version-check --quiet
RUN      := $(FREE) $(VENV)/bin/python

.PHONY: run test check bench clean system
.DELETE_ON_ERROR:

run: $(VENV)/installed
	@$(FREE) $(VENV)/bin/zhizao evaluate --report $(REPORT)
	@$(FREE) $(VENV)/bin/zhizao testbed demo

# Two at a time: much of what tests do is waiting for brokers, devices and clocks. A file's tests stay together, and share what it sets up.
test: system check tests/peers/installed
	@$(RUN) -m pytest -n 2 --dist loadfile

check: $(VENV)/tools $(VENV)/installed
	@$(RUN) -m ruff check src testbed tests bench
	@$(RUN) -m mypy

bench: $(VENV)/tools $(VENV)/installed
	@sh requirements/system.sh "$(PYTHON)" bench
	@$(RUN) -m bench

clean:
	rm -rf $(VENV) tests/peers/node_modules tests/peers/installed .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist $(REPORT)

# A wheel, not a link to the sources: pip compiles it, so that a warm start compiles nothing, whatever the environment says of bytecode.
$(VENV)/installed: $(VENV)/ready $(SOURCES)
	@$(PIP) install --compile --no-deps --no-build-isolation --force-reinstall . ./testbed
	@touch $@

$(VENV)/tools: requirements/test.txt $(VENV)/ready
	@echo "installing the test tools …"
	@$(PIP) install --compile -r requirements/test.txt
	@touch $@

$(VENV)/ready: requirements/run.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one (Debian: apt-get install python3) and run make again." >&2; exit 1; }
	@echo "installing what the program runs on, with $(PYTHON) …"
	@rm -rf $(VENV)
	@$(FREE) $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || { rm -rf $(VENV); $(FREE) $(PYTHON) -m venv --without-pip $(VENV) && $(FREE) $(PYTHON) -m pip --quiet --python $(VENV)/bin/python install pip; } 2>/dev/null \
	  || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment. Install its venv module (Debian: apt-get install python3-venv) and run make again." >&2; exit 1; }
	@$(PIP) install --compile -r requirements/run.txt
	@touch $@

# Independent implementations of the protocols, which connectors are tested against. Nothing of them runs while it is installed.
tests/peers/installed: tests/peers/package-lock.json | system
	@echo "installing the peers that connectors are tested against …"
	@cd tests/peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# What tests need of the machine: a browser for the report, a font for Chinese, a reader of PDF, a broker, node for the peers. Nothing is skipped where it lacks.
system:
	@sh requirements/system.sh "$(PYTHON)"
