// Stores a connection.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = async ({ requestContext: { connectionId } }) => {
  try {
    await table.send(new PutCommand({ TableName: process.env.TABLE_NAME, Item: { connectionId } }));
  } catch (error) {
    return { statusCode: 500, body: `Failed to connect: ${error.message}` };
  }
  return { statusCode: 200, body: 'Connected.' };
};
