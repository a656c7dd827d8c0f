// Posts a message to every connection. Like AWS's sample it derives the endpoint
// from the event, with https.
import { ApiGatewayManagementApiClient, GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const TableName = process.env.TABLE_NAME;

export const handler = async ({ requestContext, body }) => {
  const { domainName, stage } = requestContext;
  const api = new ApiGatewayManagementApiClient({ endpoint: `https://${domainName}/${stage}` });
  const Data = JSON.parse(body).data;
  const post = async ({ connectionId }) => {
    try {
      await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
    } catch (error) {
      if (!(error instanceof GoneException)) throw error;
      console.log(`Found stale connection, deleting ${connectionId}`);
      await table.send(new DeleteCommand({ TableName, Key: { connectionId } }));
    }
  };
  try {
    const { Items } = await table.send(new ScanCommand({ TableName, ProjectionExpression: 'connectionId' }));
    await Promise.all(Items.map(post));
  } catch (error) {
    return { statusCode: 500, body: error.stack };
  }
  return { statusCode: 200, body: 'Data sent.' };
};
