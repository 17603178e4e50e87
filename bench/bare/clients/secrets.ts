import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/** Secrets, whose client is made with the first of them. */
export const secrets = [SSMClient, GetParameterCommand];
