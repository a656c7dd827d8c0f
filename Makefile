# ProjectChat. `make run` and `make test` do all of their own set-up.

ADDR ?= localhost:8080
DATA ?= .local/data
# The database: dynoxide or dynamodb-local; empty: the one that suits (docs/databases.md).
DB ?=
export DB
# What is built by `sam build --config-env local` runs on this machine (samconfig.toml).
GOARCH ?= $(if $(findstring /.aws-sam/local/,$(ARTIFACTS_DIR)),amd64,arm64)

GO_PACKAGES = ./...
STATICCHECK = go tool -modfile=tools/go.mod staticcheck
CFN_LINT_VERSION = 1.58.0
SAM_VERSION = 1.170.0
CHECKOV_VERSION = 3.3.30
MINISTACK_VERSION = 1.5.33
AWS_CLI_VERSION = 1.46.3
SAM_TRANSLATOR_VERSION = 1.115.0
BOTO3_VERSION = 1.44.5
JS_SDK_VERSION = 3.1169.0
JS_DYNAMODB_VERSION = 3.1162.0
FUZZ_TIME ?= 10s

.PHONY: help run dev build contact-sheet test test-go test-databases test-web test-sdks test-watch e2e lint lint-go lint-web lint-template format bench bench-fanout bench-gateways bench-coldstart cost sim chaos mutants ci ci-lab fuzz clean wipe need-go need-node sam-validate sam-build test-template rehearse deploy deploy-account destroy sam-local test-sam

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .local/bin/dev ## run the whole chat at http://localhost:8080 (ADDR=, DATA=, DB=dynamodb-local; LAMBDA=http://127.0.0.1:3001 for functions in SAM)
	@ADDR='$(ADDR)' DATA='$(DATA)' exec .local/bin/dev -lambda '$(LAMBDA)'

dev: .local/bin/dev ## the same, built and started anew at every change; the page hot
	@ADDR='$(ADDR)' DATA='$(DATA)' exec .local/bin/dev -watch

# Always asked for: Go itself knows best what has changed.
.PHONY: .local/bin/dev
.local/bin/dev: need-go
	@go build -o $@ ./cmd/dev

need-go:
	@command -v go >/dev/null || { echo 'Go is missing: install Go 1.26 or newer (go.dev/dl), so that `go version` works'; exit 1; }

need-node:
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20.19 or newer (nodejs.org), so that `npm -v` works'; exit 1; }

test: lint-go test-go sim lint-web test-web e2e ## all tests: Go (race detector), the page, and a real browser

# 64 people who send at once on a database: the race detector makes them take 100 s of
# a processor, and not 15. In memory they always run with it, on a database in ci.
CROWD = ^TestServiceConforms$$/^sending$$/^64_senders

test-go: need-go ## Go tests with the race detector (DB=dynamodb-local)
	go test -race -skip '$(CROWD)' $(GO_PACKAGES)
	go test -run '$(CROWD)' ./internal/dynamo
	go test -run '^TestIdleSocketsAreSmall$$' ./local/gateway # which the race detector skips

# What make test holds on Dynoxide alone.
test-databases: need-go ## what touches the database, on DynamoDB Local; the crash points on both
	DB=dynoxide go test -race -run '$(CROWD)' ./internal/dynamo
	DB=dynoxide go test ./lab/crash -crash.database
	DB=dynamodb-local go test -p 1 ./local/dynamodb ./internal/dynamo ./cmd/dev ./cmd/localgw ./cmd/restore ./lab/cost
	DB=dynamodb-local go test ./lab/crash -crash.database

SEEDS ?= 200
FIRST_SEED ?= 1

sim: need-go ## days of the chat in virtual time, with all its mishaps (SEEDS=, FIRST_SEED=); a tenth as many with retention
	GOGC=400 go test -timeout 60m -run 'TestSeeds|TestOneSeed|TestHandOver' ./lab/sim -sim.seeds $(SEEDS) -sim.seed $(FIRST_SEED)
	GOGC=400 go test -timeout 60m -run TestRetention ./lab/sim -sim.seeds $$(( $(SEEDS) / 10 )) -sim.seed $(FIRST_SEED)

PROFILE ?= S
SEED ?= 1
CHAOS_FLAGS ?=

chaos: need-go ## real sockets and processes while all that can fail does (PROFILE=S, M or L, SEED=); wants an idle machine
	@mkdir -p .local/bin && go build -o .local/bin/chaos ./lab/chaos
	.local/bin/chaos -profile $(PROFILE) -seed $(SEED) $(CHAOS_FLAGS)

SHARE ?= 1/1

mutants: need-go web/node_modules/.ready ## break the chat in every known way, and want the tests to notice (SHARE=2/3: every third, from the second on)
	go run ./lab/mutants -share $(SHARE)

test-web: web/node_modules/.ready ## the page's unit tests
	cd web && npm run --silent test

test-sdks: need-go .local/venv-sdk/boto3-$(BOTO3_VERSION) .local/sdk-js/$(JS_SDK_VERSION)-$(JS_DYNAMODB_VERSION) ## the local gateway as boto3 and the JavaScript SDK see it
	SDK_PYTHON='$(CURDIR)/.local/venv-sdk/bin/python' SDK_NODE_MODULES='$(CURDIR)/.local/sdk-js/node_modules' \
	  go test -count=1 -run '^Test(Boto3|JavaScriptSDK)Sees|^TestAWSsSampleRunsUnchangedInNode$$' ./local/gateway ./cmd/localgw

.local/venv-sdk/boto3-$(BOTO3_VERSION):
	@command -v python3 >/dev/null || { echo 'python3 is missing: boto3 needs it'; exit 1; }
	python3 -m venv .local/venv-sdk
	.local/venv-sdk/bin/pip install --quiet --disable-pip-version-check boto3==$(BOTO3_VERSION) botocore==$(BOTO3_VERSION)
	touch $@

.local/sdk-js/$(JS_SDK_VERSION)-$(JS_DYNAMODB_VERSION): | need-node
	mkdir -p .local/sdk-js
	cd .local/sdk-js && echo '{"private":true}' >package.json && \
	  npm install --silent --no-audit --no-fund --save-exact @aws-sdk/client-apigatewaymanagementapi@$(JS_SDK_VERSION) \
	    @aws-sdk/client-dynamodb@$(JS_DYNAMODB_VERSION) @aws-sdk/lib-dynamodb@$(JS_DYNAMODB_VERSION)
	touch $@

e2e: web/node_modules/.ready .local/bin/dev ## the page in a real Chromium against the real stack (CHROMIUM=)
	cd web && CHROMIUM="$$(e2e/find-chromium)" npx playwright test

test-watch: web/node_modules/.ready .local/bin/dev ## make dev in a real Chromium: a copy of the project is changed while people talk
	cd web && CHROMIUM="$$(e2e/find-chromium)" npx playwright test -c e2e/watch.config.ts

lint: lint-go lint-web lint-template ## vet, staticcheck, gofmt, tsc, Biome, cfn-lint, checkov

lint-go: need-go
	@test -z "$$(gofmt -l cmd functions internal lab local)" || { gofmt -l cmd functions internal lab local; echo 'these files want gofmt'; exit 1; }
	go vet $(GO_PACKAGES)
	$(STATICCHECK) $(GO_PACKAGES)

lint-web: web/node_modules/.ready
	cd web && npm run --silent lint && npm run --silent check

lint-template: .local/venv/cfn-lint-$(CFN_LINT_VERSION) .local/venv-checkov/checkov-$(CHECKOV_VERSION)
	.local/venv/bin/cfn-lint template.yaml .sam/account.yaml
	LOG_LEVEL=ERROR .local/venv-checkov/bin/checkov --framework cloudformation --file template.yaml .sam/account.yaml --quiet --compact --skip-download

.local/venv-checkov/checkov-$(CHECKOV_VERSION):
	@command -v python3 >/dev/null || { echo 'python3 is missing: checkov needs it'; exit 1; }
	python3 -m venv .local/venv-checkov
	.local/venv-checkov/bin/pip install --quiet --disable-pip-version-check checkov==$(CHECKOV_VERSION)
	touch $@

SAM = .local/venv-sam/bin/sam
export SAM_CLI_TELEMETRY = 0

.local/venv-sam/sam-$(SAM_VERSION):
	@command -v python3 >/dev/null || { echo 'python3 is missing: SAM needs it'; exit 1; }
	python3 -m venv .local/venv-sam
	.local/venv-sam/bin/pip install --quiet --disable-pip-version-check aws-sam-cli==$(SAM_VERSION)
	touch $@

sam-validate: .local/venv-sam/sam-$(SAM_VERSION) ## the template as SAM sees it
	AWS_DEFAULT_REGION=$${AWS_REGION:-us-east-1} $(SAM) validate --lint

sam-build: .local/venv-sam/sam-$(SAM_VERSION) need-go ## the functions as SAM builds them for deploying (sam local: docs/sam.md)
	AWS_DEFAULT_REGION=$${AWS_REGION:-us-east-1} GOARCH=$(GOARCH) $(SAM) build --build-in-source --no-cached

sam-local: ADDR = 127.0.0.1:3000
sam-local: .local/venv-sam/sam-$(SAM_VERSION) .local/bin/dev ## the page and the HTTP API by sam local start-api, with all it needs, at http://127.0.0.1:3000/index.html
	@ADDR='$(ADDR)' DATA='$(DATA)' SAM='$(CURDIR)/$(SAM)' exec .local/bin/dev -sam

test-sam: .local/venv-sam/sam-$(SAM_VERSION) .local/bin/dev web/node_modules/.ready ## the page on sam local in a real Chromium, and both gateways on its containers
	@go build -o .local/bin/engine ./lab/engine
	CHROMIUM="$$(web/e2e/find-chromium)" SAM='$(CURDIR)/$(SAM)' .local/bin/engine .sam/test.sh

test-template: .local/venv-sam/sam-$(SAM_VERSION) need-go ## the template by our own rules, before and after SAM's transform
	SAM_PYTHON='$(CURDIR)/.local/venv-sam/bin/python' go test -count=1 ./internal/stack ./lab/rehearse

REHEARSE = .local/venv-rehearse/ministack-$(MINISTACK_VERSION)-$(AWS_CLI_VERSION)

$(REHEARSE):
	@command -v python3 >/dev/null || { echo 'python3 is missing: the rehearsal needs it'; exit 1; }
	python3 -m venv .local/venv-rehearse
	.local/venv-rehearse/bin/pip install --quiet --disable-pip-version-check ministack==$(MINISTACK_VERSION) \
	  awscli==$(AWS_CLI_VERSION) aws-sam-translator==$(SAM_TRANSLATOR_VERSION)
	touch $@

rehearse: $(REHEARSE) .local/venv-sam/sam-$(SAM_VERSION) web/node_modules/.ready need-go ## deploy, talk, update and destroy in an emulated AWS account
	cd web && npm run --silent build -- --outDir ../.local/page-rehearse --emptyOutDir --logLevel warn
	@mkdir -p .local/bin
	go build -o .local/bin/rehearse ./lab/rehearse
	CHROMIUM="$$(web/e2e/find-chromium)" .local/bin/rehearse -sam .local/venv-sam/bin/sam -venv .local/venv-rehearse -page .local/page-rehearse

STACK ?= projectchat
PARAMETERS ?=

deploy: .local/venv-sam/sam-$(SAM_VERSION) web/node_modules/.ready need-go ## publish with the AWS CLI's account (STACK=, PARAMETERS='DomainName=… CertificateArn=…')
	cd web && npm run --silent build
	SAM='$(CURDIR)/$(SAM)' .sam/deploy.sh '$(STACK)' $(PARAMETERS)

deploy-account: ## once for an account and Region: let API Gateway write logs
	@command -v aws >/dev/null || { echo 'aws is missing: install the AWS CLI, so that `aws --version` works'; exit 1; }
	aws cloudformation deploy --stack-name api-gateway-logs --template-file .sam/account.yaml --capabilities CAPABILITY_IAM

destroy: .local/venv-sam/sam-$(SAM_VERSION) ## take the stack away, all but its table (STACK=)
	SAM='$(CURDIR)/$(SAM)' .sam/destroy.sh '$(STACK)'

.local/venv/cfn-lint-$(CFN_LINT_VERSION):
	@command -v python3 >/dev/null || { echo 'python3 is missing: cfn-lint needs it'; exit 1; }
	python3 -m venv .local/venv
	.local/venv/bin/pip install --quiet --disable-pip-version-check cfn-lint==$(CFN_LINT_VERSION)
	touch $@

web/node_modules/.ready: web/package.json web/package-lock.json web/.npmrc | need-node
	cd web && npm ci --silent
	touch $@

contact-sheet: web/node_modules/.ready ## pictures of every state of the page, both sizes and themes, into docs/
	cd web && CHROMIUM="$$(e2e/find-chromium)" node dev/contact-sheet.mjs

format: need-go web/node_modules/.ready ## put all code into its form
	gofmt -w cmd functions internal lab local
	cd web && npm run --silent format

bench: bench-fanout bench-gateways bench-coldstart ## what is measured, side by side with others; best on an idle machine

bench-fanout: need-go ## time from send to the last member's frame, beside a plain chat in memory
	go run ./lab/bench/fanout

bench-gateways: need-go need-node ## the local gateway beside serverless-offline and ministack
	go run ./lab/bench/gateways

bench-coldstart: need-go ## what a first request waits for, and how large the functions are
	@AWS_CA_BUNDLE= go run ./lab/bench/coldstart

ROOMS ?= 10
PEOPLE ?= 10
MESSAGES ?= 20
HOURS ?= 2
TYPINGS ?= 2

cost: need-go ## what a month costs in AWS (ROOMS=, PEOPLE= a room, MESSAGES= each a day, HOURS= online a day, TYPINGS= a message); docs/cost.md
	@go run ./lab/cost -rooms $(ROOMS) -people $(PEOPLE) -messages $(MESSAGES) -hours $(HOURS) -typings $(TYPINGS)

# Where goroutines run, coverage differs from run to run, and minimizing an input
# by it never ends.
fuzz: need-go ## each fuzz target for FUZZ_TIME
	@go list ./... | while read -r package; do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ_TIME) -fuzzminimizetime 1x $$package || exit 1; \
	  done; \
	done

ci: FUZZ_TIME = 5s
ci: test test-databases test-sdks test-watch lint-template sam-validate test-template build rehearse test-sam fuzz ci-lab ## what CI runs
	@test -z "$$(git status --porcelain)" || { git status --short; echo 'the tests have changed the tree'; exit 1; }

ci-lab: ## what CI runs of the lab beyond make test
	$(MAKE) --no-print-directory sim SEEDS=2000 FIRST_SEED=1001
	$(MAKE) --no-print-directory chaos PROFILE=S CHAOS_FLAGS=-any-speed DB=dynoxide
	$(MAKE) --no-print-directory chaos PROFILE=S CHAOS_FLAGS='-any-speed -out .local/chaos/dynamodb-local' DB=dynamodb-local
	$(MAKE) --no-print-directory mutants SHARE=$$(( $$(git rev-list --count HEAD) % 3 + 1 ))/3 # each commit another third

# SAM calls these (BuildMethod: makefile) with ARTIFACTS_DIR.
build-%Function: need-go
	CGO_ENABLED=0 GOOS=linux GOARCH=$(GOARCH) go build -trimpath -buildvcs=false -ldflags='-s -w' -tags lambda.norpc \
	  -o '$(ARTIFACTS_DIR)/bootstrap' ./functions/$$(echo '$*' | tr '[:upper:]' '[:lower:]')

build: need-go ## the four functions, as Lambda runs them, into .local/functions
	@for f in Connect Send History Disconnect; do \
	  $(MAKE) --no-print-directory ARTIFACTS_DIR=.local/functions/$$f build-$${f}Function || exit 1; \
	done

clean: ## remove what was built; keeps the data
	rm -rf .local/bin .local/functions .local/page-* web/dist web/test-results web/playwright-report

wipe: ## remove the data of `make run` for good
	rm -rf .local/data
