import {
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const clients = [new DynamoDBClient({}), new LambdaClient({})];

/** The SDK clients of the function `grants`, and nothing else. */
export const handler = async () => [
  clients,
  SSMClient,
  ExecuteStatementCommand,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  InvokeCommand,
  GetParameterCommand,
];
