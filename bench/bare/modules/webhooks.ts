import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const clients = [new LambdaClient({})];

/** The clients of the function `webhooks`, and nothing else. */
export const handler = async () => [clients, SSMClient, GetParameterCommand, InvokeCommand];
