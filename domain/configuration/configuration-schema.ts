import * as z from 'zod';
import { directoryFaults, personSchema } from '../access/directory-schema.ts';
import { issuerOf } from '../bitbucket/oidc.ts';
import { auditableGuardrails } from '../guardrails/rules.ts';
import type { BoundaryRoles } from '../planning/boundary-roles.ts';
import { repositoryRuleSchema } from '../repository-rules/schema.ts';
import { fieldRule } from '../shared/field-messages.ts';
import { NAME, parseUuid } from '../shared/identifiers.ts';
import { toFieldErrors } from '../shared/problem.ts';
import { parameterTypeNames } from '../templates/parameter-type.ts';

const uuid = z
  .string()
  .refine((text) => parseUuid(text) !== undefined, 'must be a UUID in braces; npm run config:pin finds it')
  .transform((text) => text.toLowerCase());

const slug = z.string().regex(/^[a-z0-9_][a-z0-9._-]*$/, 'must be a Bitbucket slug in lower case');

const httpsUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.hash === '';
}, 'must be an https URL');

const accountSchema = z.strictObject({
  alias: z.string().regex(NAME, 'must be a lower-case name'),
  id: z.string().regex(/^\d{12}$/, 'must be 12 digits, in quotes'),
  partition: z.enum(['aws', 'aws-cn', 'aws-us-gov']).default('aws'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region'),
  boundaryPolicy: z.string().regex(/^[\w+=,.@-]{1,128}$/, 'must be the name of a managed policy'),
});

const issuerSchema = z.strictObject({
  issuer: httpsUrl,
  kind: z.enum(['person', 'service']),
  audience: z.string().min(1),
  keys: httpsUrl,
  algorithms: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']))
    .min(1),
  idClaim: z.string().min(1).default('sub'),
  groupsClaim: z.string().min(1).default('groups'),
});

const pattern = z
  .string()
  .regex(/^[A-Za-z0-9._*/-]+$/, 'may hold letters, digits, . _ - / and * only')
  .refine((text) => /[A-Za-z0-9]/.test(text), 'must hold more than wildcards');

const patternsByType = z.strictObject(
  Object.fromEntries(
    ['any', ...parameterTypeNames].map((type) => [type, z.array(pattern).min(1).optional()]),
  ),
);

const ownershipSchema = z.union(
  [
    z.strictObject({
      project: z.strictObject({ workspace: slug, key: z.string().min(1), uuid }),
      owns: patternsByType,
    }),
    z.strictObject({ repository: z.strictObject({ workspace: slug, slug, uuid }), owns: patternsByType }),
  ],
  {
    error:
      'must be {project: {workspace, key, uuid}, owns} or {repository: {workspace, slug, uuid}, owns}; npm run config:pin fills in the uuid',
  },
);

const slackChannel = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,20}$/, 'must be the id of a channel, such as C024BE91L, not its name');

const slackSchema = z.strictObject({
  team: z.string().regex(/^T[A-Z0-9]{2,20}$/, 'must be the id of a Slack workspace, such as T024BE7LD'),
  approversChannel: slackChannel,
  channels: z
    .array(
      z.strictObject({
        project: z.strictObject({ workspace: slug, key: z.string().min(1), uuid }),
        channel: slackChannel,
      }),
    )
    .default([]),
  emailLookup: z.boolean().default(false),
  grantLink: z
    .string()
    .max(1000)
    .refine(
      (text) =>
        /^https:\/\/|^http:\/\/127\.0\.0\.1[:/]/.test(text) && text.includes('{id}') && URL.canParse(text),
      'must be an https URL that holds {id}',
    )
    .optional(),
});

const guardrailsSchema = z.strictObject({
  audit: z
    .array(
      z.enum(auditableGuardrails, {
        error: `must be a guardrail that may be audited: ${auditableGuardrails.join(', ')}`,
      }),
    )
    .default([]),
  deny: z
    .array(
      z
        .string()
        .regex(
          /^[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+$/,
          'must be a pattern of actions, e.g. s3:DeleteObject or ec2:*',
        ),
    )
    .default([]),
});

const configurationSchema = z.strictObject({
  pipelineAudience: z.string().min(1).max(150).default('rolewright'),
  workspaces: z.array(z.strictObject({ slug, uuid })).min(1),
  accounts: z
    .array(accountSchema)
    .length(1, 'must name exactly one account: the one that Rolewright runs in'),
  issuers: z.array(issuerSchema),
  ownership: z.array(ownershipSchema),
  onRepositoryCreated: z.array(repositoryRuleSchema).default([]),
  people: z.array(personSchema).default([]),
  access: z
    .strictObject({ repositoryAdmins: z.boolean().default(false) })
    .default({ repositoryAdmins: false }),
  slack: slackSchema.optional(),
  guardrails: guardrailsSchema.default({ audit: [], deny: [] }),
  limits: z
    .strictObject({
      liveGrantsPerRepository: z.int().min(1).default(10),
      roleQuotaPercent: z.int().min(1).max(100).default(80),
    })
    .default({ liveGrantsPerRepository: 10, roleQuotaPercent: 80 }),
  approvals: z
    .strictObject({ lapseAfterHours: z.int().min(1).max(8760).default(72) })
    .default({ lapseAfterHours: 72 }),
});

/** What an administrator decides, from `config/rolewright.yaml`. */
export type Configuration = z.infer<typeof configurationSchema> & {
  /** Which roles the permissions boundary lets grants pass and assume, where that is known. */
  boundaryRoles?: BoundaryRoles | undefined;
};

/** The AWS account that grants are made in. */
export type Account = z.infer<typeof accountSchema>;

/** A company identity provider whose tokens callers may present. The kind of principal follows from this entry, never
 *  from a claim alone. */
export type TrustedIssuer = z.infer<typeof issuerSchema>;

/** Which resource names a project or a repository may put into a template's parameters. Bound to a UUID; the key and
 *  the slug stand there for people. */
export type OwnershipRule = z.infer<typeof ownershipSchema>;

/** The Slack workspace that the app is installed in. `team` is the only one whose users are listened to;
 *  `approversChannel` gets what waits for approval, `channels` what becomes of a project's grants. With `emailLookup` a
 *  user who stands in nobody's entry is found by the email that Slack has verified. `grantLink` is where a grant is looked
 *  at, e.g. `https://rolewright.acme.example/v1/grants/{id}`. */
export type SlackConfiguration = z.infer<typeof slackSchema>;

/** The configuration from parsed YAML, or every fault at once as `pointer: sentence`. */
export function parseConfiguration(
  content: unknown,
): { configuration: Configuration } | { faults: string[] } {
  // Read once in the life of a process: compiling a parser first would take longer than it saves.
  const parsed = configurationSchema.safeParse(content, { jitless: true, error: fieldRule });
  if (!parsed.success) return { faults: toFieldErrors(parsed.error).map((f) => `${f.pointer}: ${f.detail}`) };
  const configuration = parsed.data;
  const faults = [
    ...duplicates(
      '/workspaces',
      'slug',
      configuration.workspaces.map((w) => w.slug),
    ),
    ...duplicates(
      '/workspaces',
      'uuid',
      configuration.workspaces.map((w) => w.uuid),
    ),
    ...duplicates(
      '/issuers',
      'issuer',
      configuration.issuers.map((i) => i.issuer),
    ),
    ...configuration.issuers.flatMap(({ issuer }, n) =>
      configuration.workspaces.some(({ slug: name }) => issuer === issuerOf(name))
        ? [`/issuers/${n}: ${issuer} is the issuer of a workspace's pipelines`]
        : [],
    ),
    ...duplicates(
      '/slack/channels',
      'project',
      (configuration.slack?.channels ?? []).map(({ project }) => project.uuid),
    ),
    ...configuration.ownership.flatMap((rule, n) => {
      const { workspace } = 'project' in rule ? rule.project : rule.repository;
      return configuration.workspaces.some((w) => w.slug === workspace)
        ? []
        : [`/ownership/${n}: ${workspace} is not a configured workspace`];
    }),
    ...configuration.onRepositoryCreated.flatMap(({ project: { workspace } }, n) =>
      configuration.workspaces.some((w) => w.slug === workspace)
        ? []
        : [`/onRepositoryCreated/${n}: ${workspace} is not a configured workspace`],
    ),
    ...directoryFaults(configuration),
    ...otherwiseWrittenIds(configuration),
  ];
  return faults.length > 0 ? { faults } : { configuration };
}

/** Ids of people that no token will ever carry: an email that is a token's id is taken in lower case. The same human would
 *  be one principal over HTTP and another in Slack, and approve there what they asked for here. */
function otherwiseWrittenIds({ issuers, people }: Configuration): string[] {
  const areEmails = issuers.some(({ kind, idClaim }) => kind === 'person' && idClaim === 'email');
  return people.flatMap(({ id }, n) =>
    areEmails && id.includes('@') && id !== id.toLowerCase()
      ? [`/people/${n}/id: ${id} must be in lower case, as emails are taken from tokens: ${id.toLowerCase()}`]
      : [],
  );
}

function duplicates(pointer: string, what: string, values: string[]): string[] {
  const twice = values.filter((value, n) => values.indexOf(value) !== n);
  return twice.map((value) => `${pointer}: ${what} ${value} stands twice`);
}
