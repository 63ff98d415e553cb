# Everything from a fresh checkout with nothing but Python 3.11+ (with pip and venv) and make.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STATIC_SOURCES := $(shell find static -type f 2>/dev/null)

export PORT

.PHONY: run dev setup test test-browser test-cluster test-s3 lint messages bench bench-import bench-search bench-feeds bench-pages bench-serving pins clean

run: setup var/.static ## a first look: demo articles, a staff account, the production server and the outbox
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py rebuild_search --verbosity 0
	@$(BIN)/python manage.py first_run
	@echo "ALLFORCES: http://127.0.0.1:$(PORT)/  (desk: http://127.0.0.1:$(PORT)/admin/)"
	@$(BIN)/python manage.py run_outbox & outbox=$$!; trap "kill $$outbox" EXIT; trap "exit 143" TERM; \
		$(BIN)/granian --interface wsgi --host 127.0.0.1 --port $(PORT) --workers 1 \
		--blocking-threads 4 --no-ws --log-level warning allforces.wsgi:application

dev: setup ## the development server: reloads, shows errors in full
	@DEBUG=True $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=True $(BIN)/python manage.py rebuild_search --verbosity 0
	@DEBUG=True $(BIN)/python manage.py first_run
	@DEBUG=True $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

setup: $(VENV)/.installed var/secret-key ## virtual environment, pinned packages, a secret

test: setup $(VENV)/.installed-tests ## the whole test suite
	@$(BIN)/python -m pytest --numprocesses auto

test-browser: setup $(VENV)/.installed-tests ## the desk and the site in a real browser (needs Chromium; CHROMIUM names another)
	@$(BIN)/python -m pytest tests/browser --ds tests.browser.settings -m browser

test-cluster: setup $(VENV)/.installed-tests var/.static ## two machines behind nginx, while parts of them fail (needs nginx, PostgreSQL, redis-server)
	@$(BIN)/python -m pytest tests/cluster -m cluster

test-s3: setup $(VENV)/.installed-tests var/swift/.installed ## pictures in a bucket (needs Chromium)
	@$(BIN)/python -m pytest tests/s3 --ds tests.browser.settings -m s3

lint: setup $(VENV)/.installed-tests ## style, migrations, deployment checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") \
		SITE_URL=https://news.example.jp TRUSTED_PROXIES=1 EMAIL_URL=smtp://mail.example.jp \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

messages: setup ## collect and compile the interface texts (needs GNU gettext)
	@$(BIN)/python manage.py makemessages --locale ja --no-location --no-obsolete --no-wrap \
		--ignore "$(VENV)/*" --ignore "var/*" --ignore "tests/*" --ignore "bench/*"
	@$(BIN)/python manage.py compilemessages --locale ja --ignore "$(VENV)" --ignore var

SEARCH_SIZES ?= 2500x40 25000x4 100000x4

bench: bench-import bench-feeds bench-pages bench-serving bench-search ## speed of an import, of feeds, of pages and of the search

bench-import: setup
	@$(BIN)/python bench/import_posts.py

bench-feeds: setup
	@$(BIN)/python bench/feeds.py

PAGE_SIZES ?= 2500 25000

bench-pages: setup ## PAGE_SIZES="2500 1000000"; PostgreSQL if DATABASE_URL names one
	@$(BIN)/python bench/pages.py $(PAGE_SIZES)

bench-serving: setup ## pages from memory against nginx, Django's cache and a plain twin (needs nginx, wrk, redis-server)
	@$(BIN)/python bench/serving.py --chart docs/serving.svg
	@$(BIN)/python bench/serving.py --two
	@$(BIN)/python bench/visible.py

bench-search: setup ## SEARCH_SIZES="2500x40" for one size alone (posts x kB); PostgreSQL too if DATABASE_URL names one
	@$(BIN)/python bench/search.py $(SEARCH_SIZES)

pins: ## compile the pinned requirement files anew (needs uv)
	@set -e; compile="uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header"; \
	$$compile pyproject.toml --output-file requirements.txt; \
	$$compile --group server --constraints requirements.txt --output-file deploy/requirements.txt; \
	$$compile --group test --constraints requirements.txt --output-file tests/requirements.txt; \
	$$compile --group s3 --output-file tests/s3/requirements.txt

clean: ## remove the environment, keep the data under var/
	rm -rf $(VENV) var/static var/.static

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python is missing: install Python 3.11 or newer, or say PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version)."; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" || \
		{ echo "Python's venv or pip module is missing (Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing the pinned packages ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-tests: tests/requirements.txt $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

$(VENV)/.installed-server: deploy/requirements.txt $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements.txt
	@touch $@

var/swift/.installed: tests/s3/requirements.txt | $(VENV)/bin/python
	@$(BIN)/python -m venv var/swift
	@var/swift/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

var/secret-key: | $(VENV)/bin/python
	@mkdir -p var
	@umask 077; $(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))" > $@

var/.static: $(STATIC_SOURCES) $(VENV)/.installed | var/secret-key
	@$(BIN)/python manage.py collectstatic --no-input --clear --verbosity 0
	@touch $@
