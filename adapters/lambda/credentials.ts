import { fromEnv } from '@aws-sdk/credential-provider-env';

/** The credentials of the function's own role, which Lambda puts into its environment. In a bundle this replaces
 *  `@aws-sdk/credential-provider-node` (see `serverless.yml`). The SDK's other sources, such as profiles, commands and
 *  metadata services, are therefore unavailable, and a bundle is a fifth smaller. */
export const defaultProvider = fromEnv;
