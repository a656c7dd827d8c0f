"""Calls the management API with boto3: requests from standard input, what the
caller sees of each to standard output. Run by sdks_test.go."""

import json
import sys

import boto3
from botocore.exceptions import ClientError


def call(request):
    client = boto3.client("apigatewaymanagementapi", endpoint_url=request["endpoint"])
    operation = getattr(client, {"post": "post_to_connection", "get": "get_connection", "delete": "delete_connection"}[request["op"]])
    arguments = {"ConnectionId": request["id"]}
    if request["op"] == "post":
        arguments["Data"] = ("x" * request["size"]).encode()
    try:
        answer = operation(**arguments)
    except ClientError as e:
        return {
            "name": type(e).__name__,
            "code": e.response["Error"].get("Code", ""),
            "message": e.response["Error"].get("Message", ""),
            "status": e.response["ResponseMetadata"]["HTTPStatusCode"],
            "requestId": e.response["ResponseMetadata"].get("RequestId", ""),
        }
    seen = {"status": answer["ResponseMetadata"]["HTTPStatusCode"], "requestId": answer["ResponseMetadata"].get("RequestId", "")}
    if request["op"] == "get":
        seen["connectedAt"] = answer["ConnectedAt"].isoformat(timespec="milliseconds")
        seen["identity"] = [answer["Identity"]["SourceIp"], answer["Identity"]["UserAgent"]]
        seen["type"] = type(answer["LastActiveAt"]).__name__
    return seen


json.dump([call(request) for request in json.load(sys.stdin)], sys.stdout)
