import * as z from 'zod';
import { derivedGroupErrors, derivedGroups } from '../access/derived-groups/derived-groups.ts';
import { emailDomainSchema } from '../access/derived-groups/settings.ts';
import { directoryErrors, personSchema } from '../access/directory.ts';
import { overlappingEntries } from '../access/issuers/fitting-entry.ts';
import { trustedIssuerSchema } from '../access/issuers/trusted-issuer.ts';
import { ownershipRuleSchema } from '../access/ownership-schema.ts';
import { projectSettingsSchema } from '../access/teams/project-schema.ts';
import { channelsOf, ownershipOf } from '../access/teams/team-block.ts';
import { issuerOf } from '../bitbucket/oidc.ts';
import { workspaceSchema } from '../bitbucket/settings.ts';
import { driftRulesSchema } from '../drift/settings.ts';
import { guardrailSettingsSchema } from '../guardrails/settings.ts';
import { lifetimeSchema, reasonSchema } from '../lifetimes/schema.ts';
import { slackSettingsSchema } from '../messaging/slack-settings.ts';
import type { BoundaryRoles } from '../policy/boundary-roles.ts';
import { repositoryRuleSchema } from '../repository-rules/schema.ts';
import type { Account } from '../shared/account.ts';
import { fieldRule } from '../shared/field-messages.ts';
import { repositoryUuidSchema } from '../shared/identifiers.ts';
import { foldAscii } from '../shared/principal.ts';
import { toFieldErrors } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { accountErrors, accountSchema } from './accounts.ts';
import { alarmErrors, alarmsSchema } from './alarms.ts';
import { canarySchema } from './canary.ts';
import { corsSchema } from './cors.ts';
import { roleTagErrors, roleTagsSchema } from './role-tags.ts';
import { defaultRolePath, rolePathSchema, sharedPathErrors, stageSchema } from './stage.ts';
import { givenTwice, workspaceErrors } from './workspaces.ts';

const configurationSchema = z.strictObject({
  stages: z.array(stageSchema).min(1).default(['prod']),
  rolePath: rolePathSchema.optional(),
  roleTags: roleTagsSchema,
  /** Repositories for which nothing can be requested, such as the one that deploys Rolewright. */
  protectedRepositories: z.array(repositoryUuidSchema).default([]),
  pipelineAudience: z.string().min(1).max(150).default('rolewright'),
  workspaces: z.array(workspaceSchema).min(1),
  accounts: z.array(accountSchema).min(1, 'must name the account that Rolewright runs in'),
  issuers: z.array(trustedIssuerSchema),
  projects: z.array(projectSettingsSchema).default([]),
  ownership: z.array(ownershipRuleSchema).default([]),
  lifetime: lifetimeSchema.optional(),
  reason: reasonSchema.optional(),
  onRepositoryCreated: z.array(repositoryRuleSchema).default([]),
  people: z.array(personSchema).default([]),
  emailDomains: z.array(emailDomainSchema).default([]),
  access: z
    .strictObject({ repositoryAdmins: z.boolean().default(false) })
    .default({ repositoryAdmins: false }),
  slack: slackSettingsSchema.optional(),
  cors: corsSchema.optional(),
  drift: driftRulesSchema.default([]),
  alarms: alarmsSchema.optional(),
  canary: canarySchema.optional(),
  guardrails: guardrailSettingsSchema.default({ audit: [], deny: [] }),
  limits: z
    .strictObject({
      liveGrantsPerRepository: z.int().min(1).default(10),
      roleQuotaPercent: z.int().min(1).max(100).default(80),
    })
    .default({ liveGrantsPerRepository: 10, roleQuotaPercent: 80 }),
  approvals: z
    .strictObject({
      lapseAfterHours: z.int().min(1).max(8760).default(72),
      remindAfterHours: z.int().min(1).max(8760).default(24),
      from: z.enum(['anyone', 'people']).default('anyone'),
    })
    .default({ lapseAfterHours: 72, remindAfterHours: 24, from: 'anyone' }),
});

/** What an administrator decides, from `config/rolewright.yaml`. */
export type Configuration = Omit<z.infer<typeof configurationSchema>, 'accounts'> & {
  accounts: Account[];
  /** Which roles the permissions boundary lets grants pass and assume, if that is known. */
  boundaryRoles?: BoundaryRoles | undefined;
  /** What the names of the installation begin with: the service of `serverless.yml`, if that is known. */
  service?: string | undefined;
};

/** The configuration of a stage from parsed YAML, or every error at once as `pointer: sentence`. */
export function parseConfiguration(content: unknown, stage = 'prod'): Result<Configuration, string[]> {
  // Read once in the life of a process: compiling a parser first would take longer than it saves.
  const parsed = configurationSchema.safeParse(content, { jitless: true, error: fieldRule });
  if (!parsed.success) {
    const fieldErrors = toFieldErrors(parsed.error).map(({ pointer, detail }) => `${pointer}: ${detail}`);
    return fail([
      ...fieldErrors,
      ...workspaceErrors(content),
      ...accountErrors(content),
      ...overlapsAmongSound(content),
    ]);
  }
  const { roleTags } = parsed.data;
  const rolePath = parsed.data.rolePath ?? defaultRolePath(stage);
  const accounts = parsed.data.accounts.map((account) => ({ ...account, stage, rolePath, roleTags }));
  const configuration = withTeams({ ...parsed.data, accounts });
  const errors = [
    ...sharedPathErrors(configuration),
    ...roleTagErrors(configuration),
    ...alarmErrors(configuration),
    ...workspaceErrors(content),
    ...accountErrors(content),
    ...overlappingEntries(configuration.issuers),
    ...configuration.issuers.flatMap(({ issuer }, n) =>
      configuration.workspaces.some(({ slug: name }) => issuer === issuerOf(name))
        ? [`/issuers/${n}: ${issuer} is the issuer of a workspace's pipelines`]
        : [],
    ),
    ...givenTwice(
      '/slack/channels',
      'project',
      (configuration.slack?.channels ?? []).map(({ project }) => project.uuid),
    ),
    ...directoryErrors(configuration),
    ...derivedGroupErrors(configuration),
    ...derivedInTeams(configuration),
    ...channelErrors(configuration),
    ...otherwiseWrittenIds(configuration),
    ...indistinctApprovers(configuration),
  ];
  return errors.length > 0 ? fail(errors) : ok(configuration);
}

/** Groups without a list that a block would let approve or audit. */
function derivedInTeams({ projects, ...deriving }: Configuration): string[] {
  const derived = derivedGroups(deriving);
  return projects.flatMap((project, n) =>
    (['approvers', 'auditors'] as const).flatMap((role) =>
      (project[role] ?? []).flatMap((group, at) =>
        derived
          .filter((one) => one.group === group)
          .map(
            (one) =>
              `/projects/${n}/${role}/${at}: ${group} is a group that ${one.at} derives, and such a group may request and read only: name one of the company’s tokens or of people`,
          ),
      ),
    ),
  );
}

/** The configuration with the rules and channels of its team blocks, after what the long form says. */
function withTeams(written: Configuration): Configuration {
  const { projects, slack } = written;
  return {
    ...written,
    ownership: [...written.ownership, ...projects.flatMap(ownershipOf)],
    ...(slack ? { slack: { ...slack, channels: [...slack.channels, ...projects.flatMap(channelsOf)] } } : {}),
  };
}

/** The channels of team blocks without the Slack workspace that they are in. */
function channelErrors({ projects, slack }: Configuration): string[] {
  return [
    ...projects.flatMap((project, n) =>
      (['channel', 'approversChannel'] as const).flatMap((field) =>
        project[field] === undefined || slack
          ? []
          : [`/projects/${n}/${field}: needs the Slack workspace: configure slack, or leave the channel out`],
      ),
    ),
  ];
}

/** The overlaps of the entries of `issuers` that are sound by themselves, where something else in the file is not. */
function overlapsAmongSound(content: unknown): string[] {
  const { data } = z.object({ issuers: z.array(z.unknown()) }).safeParse(content);
  return overlappingEntries((data?.issuers ?? []).map((entry) => trustedIssuerSchema.safeParse(entry).data));
}

/** Ids of people that no token will ever carry: an email that is a token's id is taken in lower case. The same human would
 *  be one principal over HTTP and another in Slack, and approve there what they asked for here. */
function otherwiseWrittenIds({ issuers, people }: Configuration): string[] {
  const areEmails = issuers.some(({ kind, idClaim }) => kind === 'person' && idClaim === 'email');
  return people.flatMap(({ id }, n) =>
    areEmails && id.includes('@') && id !== foldAscii(id)
      ? [
          `/people/${n}/id: ${id} must be in lower case, because emails are read from tokens in lower case: ${foldAscii(id)}`,
        ]
      : [],
  );
}

/** A human who comes by two ways could ask by one and approve by the other. They are recognised by a verified email, where
 *  every way yields one, or by their entry in `people`. */
function indistinctApprovers({ issuers, slack, approvals }: Configuration): string[] {
  const people = issuers.filter(({ kind }) => kind === 'person');
  const yieldEmails = people.every(({ idClaim }) => idClaim === 'email');
  const ways = people.length + (slack ? 1 : 0);
  return ways > 1 && !yieldEmails && approvals.from !== 'people'
    ? [
        '/approvals/from: must be people, or every issuer of persons must have idClaim: email: the same human could ask by one way and approve by another',
      ]
    : [];
}
