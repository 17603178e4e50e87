import * as z from 'zod';
import { StartFailure } from '../adapters/settings-files.ts';

const url = z.string().regex(/^https?:\/\/[^/]+$/, 'must be an origin such as http://127.0.0.1:4010');

const shape = z.object({
  EVENTS_TABLE: z.string().min(3),
  GRANTS_TABLE: z.string().min(3),
  PROVISIONER_FUNCTION: z.string().min(1),
  BITBUCKET_TOKEN_PARAMETER: z.string().min(1).optional(),
  BITBUCKET_TOKEN: z.string().min(1).optional(),
  SANDBOX_BITBUCKET_URL: url.optional(),
});

/** What a function is told by its environment. `bitbucketToken` is the name of an SSM parameter on Lambda and the value
 *  itself on a developer's machine. `sandboxUrl` is the origin of the local stand-in for Bitbucket. */
export type Environment = {
  eventsTable: string;
  grantsTable: string;
  provisionerFunction: string;
  bitbucketToken: { parameter: string } | { value: string };
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
      /^(SANDBOX_|AWS_ENDPOINT_URL|BITBUCKET_TOKEN$)/.test(name),
    );
    faults.push(...local.map((name) => `${name}: must not be set on Lambda`));
    if (!variables.BITBUCKET_TOKEN_PARAMETER) faults.push('BITBUCKET_TOKEN_PARAMETER: is missing');
  } else if (!variables.BITBUCKET_TOKEN) {
    faults.push('BITBUCKET_TOKEN: is missing');
  }
  if (!parsed.success || faults.length > 0) throw new StartFailure(faults);
  const { BITBUCKET_TOKEN: value, BITBUCKET_TOKEN_PARAMETER: parameter } = parsed.data;
  return {
    eventsTable: parsed.data.EVENTS_TABLE,
    grantsTable: parsed.data.GRANTS_TABLE,
    provisionerFunction: parsed.data.PROVISIONER_FUNCTION,
    bitbucketToken: value === undefined ? { parameter: parameter ?? '' } : { value },
    sandboxUrl: parsed.data.SANDBOX_BITBUCKET_URL,
  };
}
