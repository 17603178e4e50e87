import * as z from 'zod';
import { StartFailure } from '../adapters/settings-files.ts';

const url = z.string().regex(/^https?:\/\/[^/]+$/, 'must be an origin such as http://127.0.0.1:4010');

const secretsByWorkspace = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('must be JSON');
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.string()));

const shape = z.object({
  EVENTS_TABLE: z.string().min(3),
  GRANTS_TABLE: z.string().min(3),
  PROVISIONER_FUNCTION: z.string().min(1),
  WORKER_FUNCTION: z.string().min(1),
  BITBUCKET_TOKEN_PARAMETER: z.string().min(1).optional(),
  BITBUCKET_TOKEN: z.string().min(1).optional(),
  BITBUCKET_WEBHOOK_SECRET_PARAMETERS: z.string().min(1).optional(),
  BITBUCKET_WEBHOOK_SECRETS: secretsByWorkspace.optional(),
  SANDBOX_BITBUCKET_URL: url.optional(),
});

/** What a function is told by its environment. `bitbucketToken` is the name of an SSM parameter on Lambda and the value
 *  itself on a developer's machine; so are the webhooks' secrets: `parameters` is the path above one SSM parameter for
 *  each workspace's slug. `sandboxUrl` is the origin of the local stand-in for Bitbucket. */
export type Environment = {
  isOnLambda: boolean;
  eventsTable: string;
  grantsTable: string;
  provisionerFunction: string;
  workerFunction: string;
  bitbucketToken: { parameter: string } | { value: string };
  webhookSecrets: { parameters: string } | { bySlug: Record<string, string> };
  sandboxUrl?: string | undefined;
};

/** Variables that only the real Lambda sets; local gateways set `AWS_LAMBDA_FUNCTION_NAME`, too. */
const isOnLambda = (variables: NodeJS.ProcessEnv): boolean =>
  variables.AWS_LAMBDA_RUNTIME_API !== undefined || variables.AWS_EXECUTION_ENV !== undefined;

/** Reads the environment. Throws `StartFailure` with every fault: a missing value stops the start, and so does any
 *  endpoint of the sandbox, or a secret in a variable, on Lambda. */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const parsed = shape.safeParse(variables);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (isOnLambda(variables)) {
    const local = Object.keys(variables).filter((name) =>
      /^(SANDBOX_|AWS_ENDPOINT_URL|BITBUCKET_TOKEN$|BITBUCKET_WEBHOOK_SECRETS$)/.test(name),
    );
    faults.push(...local.map((name) => `${name}: must not be set on Lambda`));
    for (const name of ['BITBUCKET_TOKEN_PARAMETER', 'BITBUCKET_WEBHOOK_SECRET_PARAMETERS']) {
      if (!variables[name]) faults.push(`${name}: is missing`);
    }
  } else if (!variables.BITBUCKET_TOKEN) {
    faults.push('BITBUCKET_TOKEN: is missing');
  }
  if (!parsed.success || faults.length > 0) throw new StartFailure(faults);
  const { BITBUCKET_TOKEN: value, BITBUCKET_TOKEN_PARAMETER: parameter } = parsed.data;
  const { BITBUCKET_WEBHOOK_SECRETS: bySlug, BITBUCKET_WEBHOOK_SECRET_PARAMETERS: parameters } = parsed.data;
  return {
    isOnLambda: isOnLambda(variables),
    eventsTable: parsed.data.EVENTS_TABLE,
    grantsTable: parsed.data.GRANTS_TABLE,
    provisionerFunction: parsed.data.PROVISIONER_FUNCTION,
    workerFunction: parsed.data.WORKER_FUNCTION,
    bitbucketToken: value === undefined ? { parameter: parameter ?? '' } : { value },
    webhookSecrets: bySlug || parameters === undefined ? { bySlug: bySlug ?? {} } : { parameters },
    sandboxUrl: parsed.data.SANDBOX_BITBUCKET_URL,
  };
}
