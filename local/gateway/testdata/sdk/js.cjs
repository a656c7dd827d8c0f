// Calls the management API with the AWS SDK for JavaScript v3. It reads requests
// from standard input and writes the outcomes that a caller sees to standard
// output. sdks_test.go runs it.

const { readFileSync } = require('node:fs');
const sdk = require('@aws-sdk/client-apigatewaymanagementapi');

const commands = { post: sdk.PostToConnectionCommand, get: sdk.GetConnectionCommand, delete: sdk.DeleteConnectionCommand };

async function call(request) {
  const client = new sdk.ApiGatewayManagementApiClient({ endpoint: request.endpoint });
  const input = { ConnectionId: request.id };
  if (request.op === 'post') input.Data = Buffer.from('x'.repeat(request.size));
  try {
    const answer = await client.send(new commands[request.op](input));
    const seen = { status: answer.$metadata.httpStatusCode, requestId: answer.$metadata.requestId };
    if (request.op === 'get') {
      seen.connectedAt = answer.ConnectedAt.toISOString();
      seen.identity = [answer.Identity.SourceIp, answer.Identity.UserAgent];
      seen.type = answer.LastActiveAt.constructor.name;
    }
    return seen;
  } catch (e) {
    const known = sdk[e.name] !== undefined && e instanceof sdk[e.name];
    return { name: e.name, code: known ? 'modelled' : '', message: e.message, status: e.$metadata?.httpStatusCode ?? 0, requestId: e.$metadata?.requestId };
  }
}

(async () => {
  const seen = [];
  for (const request of JSON.parse(readFileSync(0, 'utf8'))) seen.push(await call(request));
  process.stdout.write(JSON.stringify(seen));
})();
