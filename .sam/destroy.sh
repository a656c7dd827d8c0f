#!/usr/bin/env bash
# Deletes the stack except for its table: .sam/destroy.sh STACK
# SAM names the SAM CLI; CONFIRM=STACK answers the question beforehand.
set -euo pipefail
cd "$(dirname "$0")/.."
stack=$1
export SAM_CLI_TELEMETRY=0 AWS_PAGER=

command -v aws >/dev/null || { echo 'aws is missing: install the AWS CLI, so that `aws --version` works' >&2; exit 1; }
output() {
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
table=$(output TableName)
buckets=("$(output SiteBucket)" "$(output LogBucket)")
if [[ ${CONFIRM:-} != "$stack" ]]; then
  read -r -p "This deletes the stack $stack, with its page and its logs. Type its name to confirm: " answer
  [[ $answer == "$stack" ]] || { echo 'Nothing was done.'; exit 1; }
fi

# CloudFormation deletes a bucket only if it is empty, including old versions.
empty() {
  local batch
  batch=$(mktemp)
  while aws s3api list-object-versions --bucket "$1" --max-items 500 --output json \
    --query '{Quiet: `true`, Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}' >"$batch" &&
    grep -q '"Key"' "$batch"; do
    aws s3api delete-objects --bucket "$1" --delete "file://$batch" >/dev/null
  done
  rm -f "$batch"
}

aws cloudformation delete-stack --stack-name "$stack-ops"
aws cloudformation wait stack-delete-complete --stack-name "$stack-ops"

# CloudFront writes its log until it is gone, perhaps into the emptied bucket.
for attempt in 1 2 3; do
  for bucket in "${buckets[@]}"; do
    if aws s3api head-bucket --bucket "$bucket" 2>/dev/null; then empty "$bucket"; fi
  done
  if "${SAM:-sam}" delete --stack-name "$stack" --no-prompts; then
    # A stack whose first deploy failed has no outputs, and no table either.
    if [[ -z $table || $table == None ]]; then
      echo "The stack $stack is gone."
      exit 0
    fi
    echo "The stack $stack is gone. Its table $table stays, with all messages, and its storage costs money."
    echo "To delete it for good: aws dynamodb update-table --table-name $table --no-deletion-protection-enabled && aws dynamodb delete-table --table-name $table"
    exit 0
  fi
done
echo "The stack $stack is not gone: CloudFormation's events say why." >&2
exit 1
