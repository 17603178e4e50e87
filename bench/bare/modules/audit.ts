import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

/** The SDK client of the function `audit`, and nothing else. */
export const handler = async () => [client, QueryCommand];
