import { fromEnv } from '@aws-sdk/credential-provider-env';

/** The credentials of the function's own role, which Lambda puts into its environment. In a bundle this stands for
 *  `@aws-sdk/credential-provider-node` (see `serverless.yml`): the SDK's other sources, among them profiles, commands to
 *  run, and metadata services, are not there to be asked, and a bundle is a fifth smaller. */
export const defaultProvider = fromEnv;
