# ProjectChat. `make run` and `make test` do all of their own set-up.

ADDR ?= localhost:8080
DATA ?= .local/data
# The database: dynoxide or dynamodb-local; empty: the one that suits (docs/databases.md).
DB ?=
export DB
# `sam build --config-env local` builds functions for this machine
# (samconfig.toml).
GOARCH ?= $(if $(findstring /.aws-sam/local/,$(ARTIFACTS_DIR)),amd64,arm64)

# The newest release of CHANGELOG.md, and "+unreleased" if more has changed
# since.
HASH := \#
VERSION := $(shell awk '/^$(HASH)$(HASH) / { if ($$2 != "Unreleased") { print $$2 more; exit } more = "+unreleased" }' CHANGELOG.md)
# Vite writes it into the page.
export CHAT_VERSION = $(VERSION)
RELEASED = -trimpath -buildvcs=false -ldflags='-s -w -X $(shell go list -m)/internal/version.number=$(VERSION)'

GO_PACKAGES = ./...
STATICCHECK = go tool -modfile=tools/go.mod staticcheck
JS_SDK_VERSION = 3.1169.0
JS_DYNAMODB_VERSION = 3.1162.0

.PHONY: help help-all run dev build contact-sheet test test-go test-long test-sim test-databases test-web test-sdks test-watch smoke e2e lint lint-go lint-web lint-template format ci module release test-release clean wipe need-go need-node sam-validate sam-build test-template rehearse deploy deploy-account destroy sam-local test-sam

help: ## this list
	@awk -F ':.* ## ' '/^[a-z0-9-]+:.* ## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile lab/Makefile

help-all: ## the others, too
	@awk -F ':.* ##+ ' '/^[a-z0-9-]+:.* ##+ / {printf "  make %-15s %s\n", $$1, $$2}' Makefile lab/Makefile

run: .local/bin/dev ## run the whole chat at http://localhost:8080 (ADDR=, DATA=, DB=dynamodb-local; LAMBDA=http://127.0.0.1:3001 for functions in SAM)
	@ADDR='$(ADDR)' DATA='$(DATA)' exec .local/bin/dev -lambda '$(LAMBDA)'

dev: .local/bin/dev ## the same, built and started again at every change; the page hot
	@ADDR='$(ADDR)' DATA='$(DATA)' exec .local/bin/dev -watch

# Always built: Go itself knows best what has changed.
.PHONY: .local/bin/dev .local/bin/samlocal
.local/bin/dev .local/bin/samlocal: need-go
	@go build -o $@ ./cmd/$(@F)

need-go:
	@command -v go >/dev/null || { echo 'Go is missing: install Go 1.26 or newer (go.dev/dl), so that `go version` works'; exit 1; }

need-node:
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20.19 or newer (nodejs.org), so that `npm -v` works'; exit 1; }

test: lint-go test-go test-sim lint-web test-web smoke ## Go (race detector), some days simulated, the page, and each promise in a browser

test-sim: need-go
	@$(MAKE) --no-print-directory -f lab/Makefile sim SEEDS=40

# Tests that take minutes with the race detector. ci runs each of them, too: the
# first in memory and on databases, the others with it.
CROWD = ^TestServiceConforms$$/^sending$$/^64_senders
LONG = ^TestBrokenServers$$|^TestAnEditAndADeletion$$

test-go: need-go ### Go tests with the race detector (DB=dynamodb-local)
	go test -race -skip '$(CROWD)|$(LONG)' $(GO_PACKAGES)
	go test -run '$(CROWD)' ./internal/dynamo
	go test -run '^TestIdleSocketsAreSmall$$' ./local/gateway # which the race detector skips

test-long: need-go
	go test -race -run '$(LONG)' ./lab/...

# The tests that make test runs on Dynoxide only.
test-databases: need-go ### tests that use the database, on DynamoDB Local; the crash points on both
	DB=dynoxide go test -race -run '$(CROWD)' ./internal/dynamo
	DB=dynoxide go test ./lab/crash -crash.database
	DB=dynamodb-local go test -p 1 ./local/dynamodb ./internal/dynamo ./cmd/dev ./cmd/localgw ./cmd/restore ./lab/cost
	DB=dynamodb-local go test ./lab/crash -crash.database

test-web: web/node_modules/.ready ### the page's unit tests
	cd web && npm run --silent test

test-sdks: need-go .local/venv-sdk/.ready .local/sdk-js/$(JS_SDK_VERSION)-$(JS_DYNAMODB_VERSION) ### the local gateway as boto3 and the JavaScript SDK see it
	SDK_PYTHON='$(CURDIR)/.local/venv-sdk/bin/python' SDK_NODE_MODULES='$(CURDIR)/.local/sdk-js/node_modules' \
	  go test -count=1 -run '^Test(Boto3|JavaScriptSDK)Sees|^TestAWSsSampleRunsUnchangedInNode$$' ./local/gateway ./cmd/localgw

.local/sdk-js/$(JS_SDK_VERSION)-$(JS_DYNAMODB_VERSION): | need-node
	mkdir -p .local/sdk-js
	cd .local/sdk-js && echo '{"private":true}' >package.json && \
	  npm install --silent --no-audit --no-fund --save-exact @aws-sdk/client-apigatewaymanagementapi@$(JS_SDK_VERSION) \
	    @aws-sdk/client-dynamodb@$(JS_DYNAMODB_VERSION) @aws-sdk/lib-dynamodb@$(JS_DYNAMODB_VERSION)
	touch $@

smoke: web/node_modules/.ready .local/bin/dev ### a test of each promise in a real Chromium against the real stack (CHROMIUM=)
	cd web && CHROMIUM="$$(e2e/find-chromium)" npx playwright test --grep @smoke

e2e: web/node_modules/.ready .local/bin/dev ### the page in a real Chromium against the real stack (CHROMIUM=)
	cd web && CHROMIUM="$$(e2e/find-chromium)" npx playwright test

test-watch: web/node_modules/.ready .local/bin/dev ### make dev in a real Chromium: a copy of the project is changed while people talk
	cd web && CHROMIUM="$$(e2e/find-chromium)" npx playwright test -c e2e/watch.config.ts

lint: lint-go lint-web lint-template ## vet, staticcheck, gofmt, tsc, Biome, cfn-lint, checkov

lint-go: need-go
	@test -z "$$(gofmt -l cmd functions internal lab local)" || { gofmt -l cmd functions internal lab local; echo 'these files need gofmt'; exit 1; }
	go vet $(GO_PACKAGES)
	$(STATICCHECK) $(GO_PACKAGES)

lint-web: web/node_modules/.ready
	cd web && npm run --silent lint && npm run --silent check

lint-template: .local/venv-cfn-lint/.ready .local/venv-checkov/.ready
	.local/venv-cfn-lint/bin/cfn-lint template.yaml ops.yaml .sam/account.yaml
	LOG_LEVEL=ERROR .local/venv-checkov/bin/checkov --framework cloudformation --file template.yaml ops.yaml .sam/account.yaml --quiet --compact --skip-download

SAM = .local/venv-sam/bin/sam
export SAM_CLI_TELEMETRY = 0

sam-validate: .local/venv-sam/.ready ### the template as SAM sees it
	AWS_DEFAULT_REGION=$${AWS_REGION:-us-east-1} $(SAM) validate --lint

sam-build: .local/venv-sam/.ready need-go ### the functions as SAM builds them for deploying (sam local: docs/sam.md)
	AWS_DEFAULT_REGION=$${AWS_REGION:-us-east-1} GOARCH=$(GOARCH) $(SAM) build --build-in-source --no-cached

sam-local: ADDR = 127.0.0.1:3000
sam-local: .local/venv-sam/.ready .local/bin/samlocal ## the page and the HTTP API by sam local start-api, with all it needs, at http://127.0.0.1:3000/index.html
	@ADDR='$(ADDR)' DATA='$(DATA)' SAM='$(CURDIR)/$(SAM)' exec .local/bin/samlocal

test-sam: .local/venv-sam/.ready .local/bin/dev .local/bin/samlocal web/node_modules/.ready ### the page on sam local in a real Chromium, and both gateways on its containers
	@go build -o .local/bin/engine ./lab/engine
	CHROMIUM="$$(web/e2e/find-chromium)" SAM='$(CURDIR)/$(SAM)' .local/bin/engine .sam/test.sh

test-template: .local/venv-sam/.ready need-go ### the template by our own rules, before and after SAM's transform
	SAM_PYTHON='$(CURDIR)/.local/venv-sam/bin/python' go test -count=1 ./internal/stack ./lab/rehearse

rehearse: .local/venv-rehearse/.ready .local/venv-sam/.ready web/node_modules/.ready need-go ## deploy, talk, update and destroy in an emulated AWS account
	cd web && npm run --silent build -- --outDir ../.local/page-rehearse --emptyOutDir --logLevel warn
	@mkdir -p .local/bin
	go build -o .local/bin/rehearse ./lab/rehearse
	CHROMIUM="$$(web/e2e/find-chromium)" .local/bin/rehearse -sam .local/venv-sam/bin/sam -venv .local/venv-rehearse -page .local/page-rehearse

STACK ?= projectchat
PARAMETERS ?=

deploy: .local/venv-sam/.ready web/node_modules/.ready need-go ## publish in the AWS CLI's account (STACK=, PARAMETERS='DomainName=… CertificateArn=…')
	cd web && npm run --silent build
	SAM='$(CURDIR)/$(SAM)' .sam/deploy.sh '$(STACK)' $(PARAMETERS)

deploy-account: ### once for an account and Region: let API Gateway write logs
	@command -v aws >/dev/null || { echo 'aws is missing: install the AWS CLI, so that `aws --version` works'; exit 1; }
	aws cloudformation deploy --stack-name api-gateway-logs --template-file .sam/account.yaml --capabilities CAPABILITY_IAM

destroy: .local/venv-sam/.ready ## delete the stack except for its table (STACK=)
	SAM='$(CURDIR)/$(SAM)' .sam/destroy.sh '$(STACK)'

# Python tools, each in a virtual environment of its own.
.local/venv-%/.ready: tools/python.txt
	@command -v python3 >/dev/null || { echo 'python3 is missing: $* needs it'; exit 1; }
	python3 -m venv .local/venv-$*
	.local/venv-$*/bin/pip install --quiet --disable-pip-version-check $$(sed -n 's/^$* //p' tools/python.txt)
	touch $@

web/node_modules/.ready: web/package.json web/package-lock.json web/.npmrc | need-node
	cd web && npm ci --silent
	touch $@

contact-sheet: web/node_modules/.ready ### pictures of every state of the page, both sizes and themes, into .local/contact-sheet
	cd web && CHROMIUM="$$(e2e/find-chromium)" node dev/contact-sheet.mjs

format: need-go web/node_modules/.ready ## format all code
	gofmt -w cmd functions internal lab local
	cd web && npm run --silent format

# The lab has a Makefile of its own, which this one calls.
LAB = sim chaos mutants fuzz cost bench bench-fanout bench-gateways bench-coldstart ci-lab
.PHONY: $(LAB)
$(LAB): need-go
	@$(MAKE) --no-print-directory -f lab/Makefile $@
bench bench-gateways: need-node
mutants ci-lab: web/node_modules/.ready

ci: export FUZZ_TIME = 5s
ci: lint-go test-go test-long sim lint-web test-web e2e test-databases test-sdks test-watch lint-template sam-validate test-template build test-release rehearse test-sam fuzz ci-lab ## what CI runs
	@test -z "$$(git status --porcelain)" || { git status --short; echo 'the tests have changed the tree'; exit 1; }

# SAM calls these (BuildMethod: makefile) with ARTIFACTS_DIR.
build-%Function: need-go
	CGO_ENABLED=0 GOOS=linux GOARCH=$(GOARCH) go build $(RELEASED) -tags lambda.norpc \
	  -o '$(ARTIFACTS_DIR)/bootstrap' ./functions/$$(echo '$*' | tr '[:upper:]' '[:lower:]')

# cmd/release calls these with GOOS, GOARCH and PROGRAM.
build-%-command: need-go
	CGO_ENABLED=0 GOOS=$(GOOS) GOARCH=$(GOARCH) go build $(RELEASED) -o '$(PROGRAM)' ./cmd/$*

release: need-go need-node ## programs, functions, lists of their contents and checksums, into .local/release
	@go run ./cmd/release

test-release: need-go need-node ### a release of two copies of this tree has the same bytes
	TEST_RELEASE=1 go test -count=1 ./cmd/release

FUNCTIONS = $(shell sed -n 's/^  \([A-Za-z]*\)Function:$$/\1/p' template.yaml)

build: need-go ## the functions of template.yaml, as Lambda runs them, into .local/functions
	@for f in $(FUNCTIONS); do \
	  $(MAKE) --no-print-directory ARTIFACTS_DIR=.local/functions/$$f build-$${f}Function || exit 1; \
	done

module: need-go ## give the module the path that you publish it by (NAME=github.com/you/projectchat)
	@go run ./cmd/module '$(NAME)'
	go build ./... && go vet ./... && go test ./internal ./internal/stack

clean: ## remove everything that was built; keeps the data
	rm -rf .local/bin .local/functions .local/release .local/page-* web/dist web/test-results web/playwright-report

wipe: ## remove the data of `make run` for good
	rm -rf .local/data
