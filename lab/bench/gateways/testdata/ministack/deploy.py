"""Makes the WebSocket API that is measured: deploy.py ENDPOINT ZIP LIST prints its id."""
import sys

import botocore.session

endpoint, archive, connections = sys.argv[1:]
session = botocore.session.get_session()


def client(service):
    return session.create_client(
        service, region_name="us-east-1", endpoint_url=endpoint,
        aws_access_key_id="test", aws_secret_access_key="test",
    )


api = client("apigatewayv2")
made = api.create_api(Name="bench", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")["ApiId"]
variables = {"CONNECTIONS": connections, "ENDPOINT": f"{endpoint}/_aws/execute-api/{made}/dev"}
with open(archive, "rb") as f:
    function = client("lambda").create_function(
        FunctionName="echo", Runtime="provided.al2023", Handler="bootstrap",
        Role="arn:aws:iam::000000000000:role/echo", Code={"ZipFile": f.read()},
        Environment={"Variables": variables}, Timeout=30,
    )["FunctionArn"]
integration = api.create_integration(
    ApiId=made, IntegrationType="AWS_PROXY",
    IntegrationUri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations",
)["IntegrationId"]
for key in ("$connect", "$disconnect", "echo"):
    api.create_route(ApiId=made, RouteKey=key, Target=f"integrations/{integration}", RouteResponseSelectionExpression="$default")
api.create_route(ApiId=made, RouteKey="broadcast", Target=f"integrations/{integration}")
api.create_stage(ApiId=made, StageName="dev", AutoDeploy=True)
print(made)
