import * as z from 'zod';
import { StartFailure } from '../adapters/settings/start-failure.ts';
import { fieldRule } from '../domain/shared/field-messages.ts';

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
  CHECKPOINTS_TABLE: z.string().min(3),
  GRANTS_TABLE: z.string().min(3),
  CLAIMS_TABLE: z.string().min(3),
  PROVISIONER_FUNCTION: z.string().min(1),
  WORKER_FUNCTION: z.string().min(1),
  BITBUCKET_TOKEN_PARAMETER: z.string().min(1).optional(),
  BITBUCKET_TOKEN: z.string().min(1).optional(),
  BITBUCKET_WEBHOOK_SECRET_PARAMETERS: z.string().min(1).optional(),
  BITBUCKET_WEBHOOK_SECRETS: secretsByWorkspace.optional(),
  CURSOR_KEYS_PARAMETER: z.string().min(1).optional(),
  CURSOR_KEYS: z.string().min(1).optional(),
  SLACK_BOT_TOKEN_PARAMETER: z.string().min(1).optional(),
  SLACK_BOT_TOKEN: z.string().min(1).optional(),
  SLACK_SIGNING_SECRET_PARAMETER: z.string().min(1).optional(),
  SLACK_SIGNING_SECRET: z.string().min(1).optional(),
  SANDBOX_BITBUCKET_URL: url.optional(),
  SANDBOX_SLACK_URL: url.optional(),
  AWS_ENDPOINT_URL_STS: url.optional(),
});

/** The settings that a function reads from its environment. `bitbucketToken` is the name of an SSM parameter
 *  on Lambda and the value itself on a developer's machine; so are the webhooks' secrets: `parameters` is the
 *  path above one SSM parameter for each workspace's slug. So are the keys of the lists' cursors. `sandboxUrl` is the
 *  origin of the local stand-in for Bitbucket, `sandboxSlackUrl` that of Slack's, `sandboxAwsUrl` that of AWS's. */
export type Environment = {
  isOnLambda: boolean;
  eventsTable: string;
  checkpointsTable: string;
  grantsTable: string;
  claimsTable: string;
  provisionerFunction: string;
  workerFunction: string;
  bitbucketToken: SecretSource;
  webhookSecrets: { parameters: string } | { bySlug: Record<string, string> };
  cursorKeys: SecretSource;
  slackBotToken: SecretSource;
  slackSigningSecret: SecretSource;
  sandboxUrl?: string | undefined;
  sandboxSlackUrl?: string | undefined;
  sandboxAwsUrl?: string | undefined;
};

/** Where a secret is: in an SSM parameter of that name, or here. */
export type SecretSource = { parameter: string } | { value: string };

/** Variables that only the real Lambda sets; local gateways set `AWS_LAMBDA_FUNCTION_NAME`, too. */
const isOnLambda = (variables: NodeJS.ProcessEnv): boolean =>
  variables.AWS_LAMBDA_RUNTIME_API !== undefined || variables.AWS_EXECUTION_ENV !== undefined;

/** Reads the environment. Throws `StartFailure` with every error: a missing value stops the start, and so does any
 *  endpoint of the sandbox, or a secret in a variable, on Lambda. */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  // Read once in the life of a process: compiling a parser first would take longer than it saves.
  const parsed = shape.safeParse(variables, { jitless: true, error: fieldRule });
  const errors = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (isOnLambda(variables)) {
    const local = Object.keys(variables).filter((name) =>
      /^(SANDBOX_|AWS_ENDPOINT_URL|BITBUCKET_TOKEN$|BITBUCKET_WEBHOOK_SECRETS$|CURSOR_KEYS$|SLACK_BOT_TOKEN$|SLACK_SIGNING_SECRET$)/.test(
        name,
      ),
    );
    errors.push(...local.map((name) => `${name}: must not be set on Lambda`));
    for (const name of [
      'BITBUCKET_TOKEN_PARAMETER',
      'BITBUCKET_WEBHOOK_SECRET_PARAMETERS',
      'CURSOR_KEYS_PARAMETER',
      'SLACK_BOT_TOKEN_PARAMETER',
      'SLACK_SIGNING_SECRET_PARAMETER',
    ]) {
      if (!variables[name]) errors.push(`${name}: is missing`);
    }
  } else if (!variables.BITBUCKET_TOKEN) {
    errors.push('BITBUCKET_TOKEN: is missing');
  }
  if (!parsed.success || errors.length > 0) throw new StartFailure(errors);
  const { BITBUCKET_TOKEN: value, BITBUCKET_TOKEN_PARAMETER: parameter } = parsed.data;
  const { BITBUCKET_WEBHOOK_SECRETS: bySlug, BITBUCKET_WEBHOOK_SECRET_PARAMETERS: parameters } = parsed.data;
  return {
    isOnLambda: isOnLambda(variables),
    eventsTable: parsed.data.EVENTS_TABLE,
    checkpointsTable: parsed.data.CHECKPOINTS_TABLE,
    grantsTable: parsed.data.GRANTS_TABLE,
    claimsTable: parsed.data.CLAIMS_TABLE,
    provisionerFunction: parsed.data.PROVISIONER_FUNCTION,
    workerFunction: parsed.data.WORKER_FUNCTION,
    bitbucketToken: secretSource(value, parameter),
    cursorKeys: secretSource(parsed.data.CURSOR_KEYS, parsed.data.CURSOR_KEYS_PARAMETER),
    slackBotToken: secretSource(parsed.data.SLACK_BOT_TOKEN, parsed.data.SLACK_BOT_TOKEN_PARAMETER),
    slackSigningSecret: secretSource(
      parsed.data.SLACK_SIGNING_SECRET,
      parsed.data.SLACK_SIGNING_SECRET_PARAMETER,
    ),
    sandboxSlackUrl: parsed.data.SANDBOX_SLACK_URL,
    sandboxAwsUrl: parsed.data.AWS_ENDPOINT_URL_STS,
    webhookSecrets: bySlug || parameters === undefined ? { bySlug: bySlug ?? {} } : { parameters },
    sandboxUrl: parsed.data.SANDBOX_BITBUCKET_URL,
  };
}

const secretSource = (value: string | undefined, parameter: string | undefined): SecretSource =>
  value === undefined ? { parameter: parameter ?? '' } : { value };
