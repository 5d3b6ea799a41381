# The commands of everyday work. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO_BUILD := go build -buildvcs=false -ldflags '-X main.version=$(VERSION)'

# Made by the web build out of everything below web/ that is not made itself. Folders are listed too:
# they change when a file goes away. web/ itself is not, since building changes it; e2e tests what is built.
WEB_SOURCES := $(shell find web -mindepth 1 \( -name node_modules -o -name dist -o -name e2e -o -name .svelte-check \) -prune -o -print)
WEB_MODULES := web/node_modules/.package-lock.json
WEB_BUILT := .cache/web-built
# Without the built files the stamp says nothing.
ifeq ($(wildcard web/dist/console/index.html),)
.PHONY: $(WEB_BUILT)
endif

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 14

# ---- building and running

.PHONY: build
build: $(WEB_BUILT) ## the web apps and bin/switchboard
	$(GO_BUILD) -o bin/switchboard ./cmd/switchboard

.PHONY: run
run: build ## build, then a ready-made organisation to look at
	bin/switchboard demo

$(WEB_MODULES): web/package.json web/package-lock.json
	npm --prefix web ci --no-progress
	@touch $@

$(WEB_BUILT): $(WEB_MODULES) $(WEB_SOURCES)
	npm --prefix web run --silent build
	@mkdir -p $(@D) && touch $@

# ---- testing

# In stages: what is quick and most often wrong first; the two long suites last, so that what they
# sum up is the last thing on the screen.
.PHONY: test
test: ## install what the tests need, then run every check and test
	@scripts/test-deps.sh
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory -j2 --output-sync=target web-check web-test format vet lint
	@$(MAKE) --no-print-directory race
	@$(MAKE) --no-print-directory go-test
	@$(MAKE) --no-print-directory browser-test

.PHONY: lint
lint: ## golangci-lint, in the pinned version
	@scripts/golangci-lint.sh run

.PHONY: format
format:
	@unformatted=$$(git ls-files -co --exclude-standard -- '*.go' | xargs -r ls -d 2>/dev/null | xargs -r gofmt -l); \
	test -z "$$unformatted" || { echo "make fmt would change:"; echo "$$unformatted"; exit 1; }

.PHONY: vet
vet:
	@go vet ./...

# Test programs at once: they wait (for time-outs, PostgreSQL, the disk) more than they count, so more than processors.
AT_ONCE := $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))

# The rooms whose work is done by several goroutines at once, tested under the race detector only, but for what
# measures memory, which it multiplies, and what has one goroutine, which it only slows down.
# SQLite is Go, too, and nearly all that would be watched: it isn't, as PostgreSQL isn't. Who shares a connection
# is still found: database/sql and our own code are watched.
UNWATCHED := -gcflags='modernc.org/...=-race=false'
RACING := ./internal/bus ./internal/file ./internal/httpapi/admission ./internal/inbound ./internal/outbound ./internal/realtime ./internal/routing
NOT_RACING := ^(TestIdleSocketsAreSmall|TestAgreesWithOracle)$$

# What no change can have reached since it last passed isn't run again; ANEW=-count=1 runs all of it.
ANEW :=

.PHONY: race
race: ## the rooms where much happens at once, under the race detector
	go test -race $(UNWATCHED) $(ANEW) -p $(AT_ONCE) -timeout 15m -skip '$(NOT_RACING)' $(RACING)

.PHONY: go-test
go-test: ## Go's other tests, on SQLite and PostgreSQL
	go test $(ANEW) -p $(AT_ONCE) -timeout 15m $$(go list ./... | grep -vxF "$$(go list $(RACING))")
	go test $(ANEW) -run '$(NOT_RACING)' ./internal/realtime ./internal/routing

# Short forms of all these are in go-test. SWITCHBOARD_SEED repeats one.
.PHONY: chaos
chaos: ## kills, torn logs, sick databases and overload, for about 20 minutes
	SWITCHBOARD_CHAOS=1 go test -count=1 -timeout 60m -v \
		-run '^Test(Killed|TornWAL|Database|DiskFull|StopsCleanly|TwoNodes|Thousand|Overload|Provider)' ./internal/crashtest

# FOR is how long each runs; what it finds stays as a test, see scripts/fuzz.sh.
FOR := 1m

.PHONY: fuzz
fuzz: ## every fuzzer for a minute (FOR=10m: longer; ONLY=file: some of them)
	@scripts/fuzz.sh $(FOR) '$(ONLY)'

.PHONY: web-check
web-check: $(WEB_MODULES) ## types and rules of the web apps
	@npm --prefix web run --silent check

.PHONY: web-test
web-test: $(WEB_MODULES) ## unit tests of the web apps
	@npm --prefix web test --silent

.PHONY: browser-test
browser-test: build ## the whole story in a real browser
	npm --prefix web run --silent e2e

.PHONY: screen-bench
screen-bench: build ## how fast the console is on the screen; ARGS="--seconds=0 --profile=FOLDER" and others
	node web/e2e/screen-bench.mjs $(ARGS)

.PHONY: screenshots
screenshots: build ## take the pictures of docs/screenshots again
	npm --prefix web run --silent screenshots

# ---- measuring

.PHONY: bench
bench: build ## measure against the targets, about five minutes; prints Markdown
	@mkdir -p .cache
	$(GO_BUILD) -o bin/bench ./cmd/bench
	bin/bench --json .cache/bench.json --html .cache/bench.html $(BENCH)

.PHONY: bench-long
bench-long: ## the same with up to 1 000 000 messages and 50 000 open sessions
	@$(MAKE) --no-print-directory bench BENCH=--long

# ---- tidying

.PHONY: fmt
fmt: ## format Go
	@git ls-files -co --exclude-standard -- '*.go' | xargs -r ls -d 2>/dev/null | xargs -r gofmt -w

.PHONY: clean
clean: ## remove everything that make made
	rm -rf bin .cache web/node_modules web/.svelte-check
	find web/dist -mindepth 1 ! -name .keep -delete
