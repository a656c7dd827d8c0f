#!/usr/bin/env bash
# The tests of `make test-sam`, where there is a Docker engine.
set -euo pipefail
cd "$(dirname "$0")/.."
(cd web && npx playwright test --config e2e/sam.config.ts)
SAM_LOCAL=1 go test -count=1 -run '^TestTheProjectsOwnTemplateInSAM$' ./cmd/localgw
