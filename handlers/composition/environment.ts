import * as z from 'zod';
import { StartFailure } from '../../adapters/settings/start-failure.ts';
import { testOnlyBuild } from '../../adapters/settings/test-only-build.ts';
import { fieldRule } from '../../domain/shared/field-messages.ts';
import { type PublicAddress, publicAddressOf } from '../invocation/public-address.ts';

const url = z.string().regex(/^https?:\/\/[^/]+$/, 'must be an origin such as http://127.0.0.1:4010');

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('must be JSON');
    return z.NEVER;
  }
});

const secretsByWorkspace = json.pipe(z.record(z.string(), z.string()));
/** Each value is read where it is used, so that a malformed one harms its own workspace only. */
const credentialsByWorkspace = json.pipe(z.record(z.string(), z.unknown()));

const shape = z.object({
  API_URL: z
    .union([z.literal(''), z.url({ protocol: /^https$/ })])
    .optional()
    .transform(publicAddressOf),
  EVENTS_TABLE: z.string().min(3),
  CHECKPOINTS_TABLE: z.string().min(3),
  GRANTS_TABLE: z.string().min(3),
  CLAIMS_TABLE: z.string().min(3),
  PROVISIONER_FUNCTION: z.string().min(1),
  WORKER_FUNCTION: z.string().min(1),
  RECONCILER_FUNCTION: z.string().min(1),
  INSTALLATION: z.string().min(1).default('local'),
  BITBUCKET_CREDENTIAL_PARAMETERS: z.string().min(1).optional(),
  BITBUCKET_CREDENTIALS: credentialsByWorkspace.optional(),
  BITBUCKET_ADMIN_CREDENTIAL_PARAMETERS: z.string().min(1).optional(),
  BITBUCKET_ADMIN_CREDENTIALS: credentialsByWorkspace.optional(),
  BITBUCKET_WEBHOOK_SECRET_PARAMETERS: z.string().min(1).optional(),
  BITBUCKET_WEBHOOK_SECRETS: secretsByWorkspace.optional(),
  FROZEN_PARAMETER: z.string().min(1),
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

/** The settings that a function reads from its environment. Secrets are in SSM on Lambda and in the variable itself on a
 *  developer's machine; those of workspaces have one SSM parameter for each slug, below the path `parameters`.
 *  `sandboxUrl` is the origin of the local stand-in for Bitbucket, `sandboxSlackUrl` that of Slack's, `sandboxAwsUrl` that
 *  of AWS's. */
export type Environment = {
  isOnLambda: boolean;
  /** The API's address at a domain of its own. */
  publicAddress: PublicAddress | undefined;
  eventsTable: string;
  checkpointsTable: string;
  grantsTable: string;
  claimsTable: string;
  provisionerFunction: string;
  workerFunction: string;
  reconcilerFunction: string;
  /** The prefix of the stack's names, the dimension of its metrics. */
  installation: string;
  bitbucketCredentials: SecretsBySlug<unknown>;
  bitbucketAdminCredentials: SecretsBySlug<unknown>;
  webhookSecrets: SecretsBySlug<string>;
  /** The name of the SSM parameter whose presence freezes the installation. */
  frozenParameter: string;
  cursorKeys: SecretSource;
  slackBotToken: SecretSource;
  slackSigningSecret: SecretSource;
  sandboxUrl?: string | undefined;
  sandboxSlackUrl?: string | undefined;
  sandboxAwsUrl?: string | undefined;
};

/** Where a secret is: in an SSM parameter of that name, or here. */
export type SecretSource = { parameter: string } | { value: string };

/** Where the secrets of workspaces are: in SSM parameters named by slug below a path, or here. */
export type SecretsBySlug<T> = { parameters: string } | { bySlug: Record<string, T> };

/** Variables that only the real Lambda sets; local gateways set `AWS_LAMBDA_FUNCTION_NAME`, too. A test-only build runs
 *  in an emulated Lambda, which may set neither. */
const isOnLambda = (variables: NodeJS.ProcessEnv): boolean =>
  testOnlyBuild !== undefined ||
  variables.AWS_LAMBDA_RUNTIME_API !== undefined ||
  variables.AWS_EXECUTION_ENV !== undefined;

/** Where the stand-ins are. On Lambda, only a test-only build may have them. */
const ENDPOINTS = /^(SANDBOX_|AWS_ENDPOINT_URL)/;

/** Secrets, which Lambda would show to everyone who may read the function's configuration. */
const SECRETS =
  /^(BITBUCKET_(ADMIN_)?CREDENTIALS|BITBUCKET_WEBHOOK_SECRETS|CURSOR_KEYS|SLACK_BOT_TOKEN|SLACK_SIGNING_SECRET)$/;

const isLocalOnly = (name: string): boolean =>
  SECRETS.test(name) || (testOnlyBuild === undefined && ENDPOINTS.test(name));

/** Reads the environment. Throws `StartFailure` with every error: a missing value stops the start, and so does any
 *  endpoint of the sandbox, or a secret in a variable, on Lambda. A test-only build starts with endpoints of this machine alone. */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  // Read once in the life of a process: compiling a parser first would take longer than it saves.
  const parsed = shape.safeParse(variables, { jitless: true, error: fieldRule });
  const errors = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (isOnLambda(variables)) {
    errors.push(...(testOnlyBuild?.startErrors(variables) ?? []));
    const local = Object.keys(variables).filter(isLocalOnly);
    errors.push(...local.map((name) => `${name}: must not be set on Lambda`));
    for (const name of [
      'INSTALLATION',
      'BITBUCKET_CREDENTIAL_PARAMETERS',
      'BITBUCKET_ADMIN_CREDENTIAL_PARAMETERS',
      'BITBUCKET_WEBHOOK_SECRET_PARAMETERS',
      'CURSOR_KEYS_PARAMETER',
      'SLACK_BOT_TOKEN_PARAMETER',
      'SLACK_SIGNING_SECRET_PARAMETER',
    ]) {
      if (!variables[name]) errors.push(`${name}: is missing`);
    }
  } else if (!variables.BITBUCKET_CREDENTIALS) {
    errors.push('BITBUCKET_CREDENTIALS: is missing');
  }
  if (!parsed.success || errors.length > 0) throw new StartFailure(errors);
  return {
    isOnLambda: isOnLambda(variables),
    publicAddress: parsed.data.API_URL,
    eventsTable: parsed.data.EVENTS_TABLE,
    checkpointsTable: parsed.data.CHECKPOINTS_TABLE,
    grantsTable: parsed.data.GRANTS_TABLE,
    claimsTable: parsed.data.CLAIMS_TABLE,
    provisionerFunction: parsed.data.PROVISIONER_FUNCTION,
    workerFunction: parsed.data.WORKER_FUNCTION,
    reconcilerFunction: parsed.data.RECONCILER_FUNCTION,
    installation: parsed.data.INSTALLATION,
    bitbucketCredentials: secretsBySlug(
      parsed.data.BITBUCKET_CREDENTIALS,
      parsed.data.BITBUCKET_CREDENTIAL_PARAMETERS,
    ),
    bitbucketAdminCredentials: secretsBySlug(
      parsed.data.BITBUCKET_ADMIN_CREDENTIALS,
      parsed.data.BITBUCKET_ADMIN_CREDENTIAL_PARAMETERS,
    ),
    frozenParameter: parsed.data.FROZEN_PARAMETER,
    cursorKeys: secretSource(parsed.data.CURSOR_KEYS, parsed.data.CURSOR_KEYS_PARAMETER),
    slackBotToken: secretSource(parsed.data.SLACK_BOT_TOKEN, parsed.data.SLACK_BOT_TOKEN_PARAMETER),
    slackSigningSecret: secretSource(
      parsed.data.SLACK_SIGNING_SECRET,
      parsed.data.SLACK_SIGNING_SECRET_PARAMETER,
    ),
    sandboxSlackUrl: parsed.data.SANDBOX_SLACK_URL,
    sandboxAwsUrl: parsed.data.AWS_ENDPOINT_URL_STS,
    webhookSecrets: secretsBySlug(
      parsed.data.BITBUCKET_WEBHOOK_SECRETS,
      parsed.data.BITBUCKET_WEBHOOK_SECRET_PARAMETERS,
    ),
    sandboxUrl: parsed.data.SANDBOX_BITBUCKET_URL,
  };
}

const secretSource = (value: string | undefined, parameter: string | undefined): SecretSource =>
  value === undefined ? { parameter: parameter ?? '' } : { value };

const secretsBySlug = <T>(
  bySlug: Record<string, T> | undefined,
  parameters: string | undefined,
): SecretsBySlug<T> => (bySlug || parameters === undefined ? { bySlug: bySlug ?? {} } : { parameters });
