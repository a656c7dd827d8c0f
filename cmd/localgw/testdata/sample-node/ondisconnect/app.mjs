// Removes a connection.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = async ({ requestContext: { connectionId } }) => {
  try {
    await table.send(new DeleteCommand({ TableName: process.env.TABLE_NAME, Key: { connectionId } }));
  } catch (error) {
    return { statusCode: 500, body: `Failed to disconnect: ${error.message}` };
  }
  return { statusCode: 200, body: 'Disconnected.' };
};
