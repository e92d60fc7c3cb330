# Every command the README names. Only Python 3.11 or newer (with venv) and make are needed.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test coverage test-deep check bench sheet pictures messages lock clean

# Its settings are written down, so that `.venv/bin/preceptor audit` beside it looks at the same academy.
run: .venv/.run
	@mkdir -p var
	@export PRECEPTOR_ENV=demo PRECEPTOR_BASE_URL=http://127.0.0.1:$(PORT); \
	rm -f var/make-run.env; (umask 077; env | grep '^PRECEPTOR_' > var/make-run.env); \
	exec $(BIN)/preceptor serve --prepare --port $(PORT)

test: .venv/.dev
	@$(BIN)/python -m tests.run

coverage: .venv/.dev
	@$(BIN)/python -m tests.run --coverage

test-deep: .venv/.dev
	@$(BIN)/python -m tests.run --deep

check: .venv/.dev
	@$(BIN)/python -m tests.check

bench: .venv/.dev
	@$(BIN)/python -m tests.perf.bench

sheet: .venv/.dev
	@$(BIN)/python -m tests.sight.sheet

pictures: .venv/.dev
	@$(BIN)/python -m tests.sight.handbook

messages: .venv/.dev
	@$(BIN)/python -m tests.messages $(LANGUAGE)

lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -q -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv var

.venv/.made: pyproject.toml
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.made requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m app.catalogues
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@
