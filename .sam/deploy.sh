#!/usr/bin/env bash
# Publishes the chat: .sam/deploy.sh STACK [Parameter=Value ...]
# SAM and PAGE name the SAM CLI and the built page. Parameters that are not given
# keep the values of the last deploy. Alarms, dashboard and budget (ops.yaml)
# become the stack STACK-ops. It comes last: if it fails, the chat runs.
set -euo pipefail
cd "$(dirname "$0")/.."
stack=$1
shift
export SAM_CLI_TELEMETRY=0 AWS_PAGER=

command -v aws >/dev/null || { echo 'aws is missing: install the AWS CLI, so that `aws --version` works' >&2; exit 1; }
aws sts get-caller-identity >/dev/null || { echo 'aws has no credentials: `aws configure` or `aws sso login` first' >&2; exit 1; }
role=$(aws apigateway get-account --query cloudwatchRoleArn --output text)
if [[ -z $role || $role == None ]]; then
  echo 'API Gateway may not write logs in this account and Region yet. Once for both: make deploy-account' >&2
  exit 1
fi

# SAM does not tell the build the processor of the functions, so it is set in
# both places, and never left to the last deploy's value.
processor=arm64
parameters=(Arch=arm64)
watch=("Chat=$stack")
for p in "$@"; do
  case $p in
    Arch=x86_64) processor=amd64 parameters[0]=$p ;;
    Arch=arm64) ;;
    AlarmMail=* | MonthlyBudget=*) watch+=("$p") ;;
    *=) parameters+=("$p\"\"") ;; # SAM takes an empty value in quotes only
    *) parameters+=("$p") ;;
  esac
done

# Functions before the page: a new page may ask for something that old functions
# lack.
GOARCH=$processor "${SAM:-sam}" build --build-in-source --no-cached
"${SAM:-sam}" deploy --stack-name "$stack" --s3-prefix "$stack" --parameter-overrides "${parameters[@]}"

output() {
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
go run ./cmd/publish -page "${PAGE:-web/dist}" -bucket "$(output SiteBucket)" -distribution "$(output SiteDistribution)"

# The watched things: the resources of these logical ids, and each function.
resources=$(aws cloudformation list-stack-resources --stack-name "$stack" --output text \
  --query 'StackResourceSummaries[].[LogicalResourceId, ResourceType, PhysicalResourceId]')
for id in FunctionLogs HttpLogs SocketLogs HttpApi WsApi Table SendFunction Site; do
  watch+=("$id=$(awk -v id=$id '$1 == id {print $3}' <<<"$resources")")
done
watch+=("Functions=$(awk '$2 == "AWS::Lambda::Function" {print $3}' <<<"$resources" | sort | paste -sd, -)")
# With the AWS CLI: SAM's fails at Fn::ForEach.
aws cloudformation deploy --stack-name "$stack-ops" --template-file ops.yaml --no-fail-on-empty-changeset \
  --capabilities CAPABILITY_AUTO_EXPAND --parameter-overrides "${watch[@]}"
echo "The chat is at $(output SiteUrl)"
