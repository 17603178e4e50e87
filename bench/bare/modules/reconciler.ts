import {
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const clients = [new DynamoDBClient({}), new LambdaClient({})];

/** The SDK clients of the function `reconciler`, and nothing else. */
export const handler = async () => [
  clients,
  ExecuteStatementCommand,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  InvokeCommand,
];
