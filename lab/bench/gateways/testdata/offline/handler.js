const { readFile } = require('node:fs/promises');
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');

const client = new ApiGatewayManagementApiClient({
  endpoint: process.env.ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

// Posts to every connection of a list at once, as AWS's sample does.
async function broadcast(event) {
  const { data } = JSON.parse(event.body);
  const connections = JSON.parse(await readFile(process.env.CONNECTIONS, 'utf8'));
  await Promise.all(
    connections.map((ConnectionId) => client.send(new PostToConnectionCommand({ ConnectionId, Data: data }))),
  );
  return { statusCode: 200 };
}

exports.all = async (event) => {
  if (event.requestContext.routeKey === 'broadcast') return broadcast(event);
  return { statusCode: 200, body: event.requestContext.connectionId };
};
