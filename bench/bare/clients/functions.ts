import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** The other functions. */
export const functions = [new LambdaClient({}), InvokeCommand];
