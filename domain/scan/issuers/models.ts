import { providerName } from '../../bitbucket/oidc.ts';
import { charsPattern, type Pattern, runPattern, textPattern } from '../solving/pattern.ts';
import type { Claim, IssuerModel } from './issuer.ts';
import type { Field, Part, Template } from './subject.ts';

const HEX = '0123456789abcdef';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const WORD = `${LETTERS}${LETTERS.toUpperCase()}0123456789`;

const dashedHex: Pattern = [8, 4, 4, 4, 12].flatMap((length, index) => [
  ...textPattern(index === 0 ? '' : '-'),
  ...charsPattern(HEX, length),
]);
const braced: Pattern = [...textPattern('{'), ...dashedHex, ...textPattern('}')];

/** `foreign`: what a token of a stranger holds there. */
const field = (name: string, part: Part, value: { pattern: Pattern; foreign: string }): Field => ({
  field: name,
  part,
  ...value,
});
/** A field of letters, digits and the characters in `extra`. */
const words = (name: string, part: Part, { extra, foreign }: { extra: string; foreign: string }): Field =>
  field(name, part, { pattern: runPattern(`${WORD}${extra}`), foreign });

/** A repository, an environment and a step that belong to no one: what a token of a stranger holds. */
const FOREIGN = {
  repository: '{6e0b7d4c-9a1f-4c52-8b3e-2f7a5d90c614}',
  environment: '{c27f61aa-3d0e-47b9-9f15-80e4ab6d1253}',
  step: '{f3a9150e-64c8-4b7d-a2e6-19d05b8c73f4}',
};

const nothingFurther = (): Record<string, unknown> => ({});

const repository = field('repository', 'repository', { pattern: braced, foreign: FOREIGN.repository });
const environment = field('environment', 'rest', { pattern: braced, foreign: FOREIGN.environment });
const stepOf = field('step', 'rest', { pattern: braced, foreign: FOREIGN.step });

/** Bitbucket Pipelines. `sub` is `{repository}:{step}`, or `{repository}:{environment}:{step}` for a step that deploys;
 *  `aud` is the workspace's, with audiences of the step's own behind it. AWS has no key for any further claim.
 *  Sources: Atlassian, "Integrate Pipelines with resource servers using OIDC" and "Pipelines OIDC now supports multiple
 *  audiences"; AWS Service Authorization Reference, AssumeRoleWithWebIdentity (2026-09-26). */
const bitbucketModel = (workspace: string): IssuerModel => ({
  kind: 'bitbucket',
  name: `Bitbucket Pipelines of workspace ${workspace}`,
  nouns: {
    token: 'step tokens',
    owner: 'workspace',
    repository: 'repository',
    anyone: `every repository of the workspace ${workspace}`,
  },
  isShared: false,
  templates: [
    [repository, ':', stepOf],
    [repository, ':', environment, ':', stepOf],
  ],
  openTo: ['every step that deploys nowhere', 'every deployment environment'],
  canCustomise: false,
  claims: {},
  defaultAudience: undefined,
  choosesAudience: false,
  placeholder: '{REPOSITORY-UUID}:*',
  furtherClaims: (fields) => ({
    ...(fields.repository ? { repositoryUuid: fields.repository } : {}),
    ...(fields.environment ? { deploymentEnvironmentUuid: fields.environment } : {}),
    ...(fields.step ? { stepUuid: fields.step } : {}),
    branchName: 'any-branch',
  }),
});

/** The workspace slug in a provider's name; undefined for a provider that is not Bitbucket's. Some modules write the
 *  workspace's UUID in braces there, which Bitbucket's discovery answers as well. */
export function bitbucketWorkspaceOf(provider: string): string | undefined {
  const slug = /^api\.bitbucket\.org\/2\.0\/workspaces\/([^/]+)\//.exec(provider)?.[1];
  return slug !== undefined && provider === providerName(slug) ? slug : undefined;
}

const text = (belongsTo: Claim['belongsTo'], linkedTo?: readonly string[]): Claim => ({
  chars: 'text',
  belongsTo,
  ...(linkedTo ? { linkedTo } : {}),
});
const digits = (belongsTo: Claim['belongsTo']): Claim => ({ chars: 'digits', belongsTo });

const githubRepository: Template = [
  'repo:',
  words('owner', 'owner', { extra: '-@', foreign: 'globex' }),
  '/',
  words('repository', 'repository', { extra: '-._@', foreign: 'other' }),
  ':',
];

/** GitHub Actions. `sub` is `repo:OWNER/NAME:` and the environment, the pull request or the ref, with `@ID` behind both
 *  names for repositories made since July 2026; organisations can give it another form. A job asks for any audience.
 *  Sources: GitHub, "OpenID Connect reference" (read in November 2026); AWS Service Authorization Reference. */
const github = (name: string, isShared: boolean): IssuerModel => ({
  kind: 'github',
  name,
  nouns: {
    token: 'job tokens',
    owner: 'owner',
    repository: 'repository',
    anyone: isShared ? 'every repository on GitHub' : `every repository of ${name}`,
  },
  isShared,
  templates: [
    [
      ...githubRepository,
      'ref:',
      words('ref', 'rest', { extra: '/-._@+#', foreign: 'refs/heads/any-branch' }),
    ],
    [...githubRepository, 'pull_request'],
    [
      ...githubRepository,
      'environment:',
      words('environment', 'rest', { extra: '/-._ %', foreign: 'any-environment' }),
    ],
  ],
  openTo: ['every branch and tag', 'every pull request', 'every environment'],
  canCustomise: true,
  claims: {
    actor: text('owner'),
    actor_id: digits('owner'),
    enterprise_id: digits('owner'),
    environment: text('any', ['environment']),
    job_workflow_ref: text('owner'),
    ref: text('any', ['ref']),
    repository: text('repository', ['owner', '/', 'repository']),
    repository_id: digits('repository'),
    repository_owner_id: digits('owner'),
    workflow: text('any'),
  },
  defaultAudience: 'sts.amazonaws.com',
  choosesAudience: true,
  placeholder: 'repo:{OWNER}/{REPOSITORY}:environment:{ENVIRONMENT}',
  furtherClaims: ({ owner = '', repository: ownName = '', ref }) => ({
    repository: `${owner}/${ownName}`.replaceAll(/@\d+/g, ''),
    ...(ref === undefined ? {} : { ref }),
  }),
});

/** GitLab CI. `sub` is `project_path:GROUP/PROJECT:ref_type:TYPE:ref:REF`; a job asks for any audience.
 *  Sources: GitLab, "OpenID Connect (OIDC) authentication using ID tokens"; AWS Service Authorization Reference. */
const gitlab = (host: string): IssuerModel => ({
  kind: 'gitlab',
  name: host === 'gitlab.com' ? 'GitLab.com' : `GitLab at ${host}`,
  nouns: {
    token: 'job tokens',
    owner: 'group',
    repository: 'project',
    anyone: host === 'gitlab.com' ? 'every project on GitLab.com' : `every project of ${host}`,
  },
  isShared: host === 'gitlab.com',
  templates: [
    [
      'project_path:',
      words('owner', 'owner', { extra: '-._', foreign: 'globex' }),
      '/',
      words('project', 'repository', { extra: '-._/', foreign: 'other' }),
      ':ref_type:',
      words('type', 'rest', { extra: '', foreign: 'branch' }),
      ':ref:',
      words('ref', 'rest', { extra: '/-._@+#', foreign: 'any-branch' }),
    ],
  ],
  openTo: ['every branch and tag'],
  canCustomise: true,
  claims: {
    namespace_id: digits('owner'),
    pipeline_source: text('any'),
    project_id: digits('repository'),
    ref_protected: text('any'),
    runner_environment: text('any'),
    user_access_level: text('any'),
    user_email: text('owner'),
    user_id: digits('owner'),
    user_login: text('owner'),
  },
  defaultAudience: undefined,
  choosesAudience: true,
  placeholder: 'project_path:{GROUP}/{PROJECT}:ref_type:branch:ref:{BRANCH}',
  furtherClaims: ({ owner = '', project = '', ref }) => ({ project_path: `${owner}/${project}`, ref }),
});

/** HCP Terraform. `sub` is `organization:ORG:project:PROJECT:workspace:WORKSPACE:run_phase:PHASE`.
 *  Source: HashiCorp, "Use dynamic credentials with the AWS provider". */
const terraform = (name: string): IssuerModel => ({
  kind: 'terraform',
  name,
  nouns: {
    token: 'run tokens',
    owner: 'organisation',
    repository: 'workspace',
    anyone: `every organisation of ${name}`,
  },
  isShared: name === 'HCP Terraform',
  templates: [
    [
      'organization:',
      words('owner', 'owner', { extra: '-_', foreign: 'globex' }),
      ':project:',
      words('project', 'repository', { extra: '-_ ', foreign: 'other' }),
      ':workspace:',
      words('workspace', 'repository', { extra: '-_', foreign: 'other' }),
      ':run_phase:',
      words('phase', 'rest', { extra: '', foreign: 'apply' }),
    ],
  ],
  openTo: ['every run phase'],
  canCustomise: false,
  claims: {},
  defaultAudience: 'aws.workload.identity',
  choosesAudience: true,
  placeholder: 'organization:{ORGANIZATION}:project:{PROJECT}:workspace:{WORKSPACE}:run_phase:{PHASE}',
  furtherClaims: nothingFurther,
});

/** CircleCI. One issuer an organisation; `sub` is `org/ORG/project/PROJECT/user/USER`, with the origin and the ref of the
 *  source behind it in the second version. The audience is the organisation's id unless a job asks for another.
 *  Sources: CircleCI, "Using OpenID Connect tokens in jobs"; AWS Service Authorization Reference. */
const circleci = (organisation: string): IssuerModel => {
  const id = field('project', 'repository', { pattern: dashedHex, foreign: FOREIGN.repository.slice(1, -1) });
  const user = field('user', 'rest', { pattern: dashedHex, foreign: FOREIGN.step.slice(1, -1) });
  const head: Template = [`org/${organisation}/project/`, id, '/user/', user];
  const origin = words('origin', 'rest', { extra: '-._/', foreign: 'github.com/globex/other' });
  return {
    kind: 'circleci',
    name: `CircleCI organisation ${organisation}`,
    nouns: {
      token: 'job tokens',
      owner: 'organisation',
      repository: 'project',
      anyone: 'every project of the CircleCI organisation',
    },
    isShared: false,
    templates: [
      head,
      [
        ...head,
        '/vcs-origin/',
        origin,
        '/vcs-ref/',
        words('ref', 'rest', { extra: '-._/', foreign: 'refs/heads/any' }),
      ],
    ],
    openTo: ['every job', 'every job'],
    canCustomise: false,
    claims: { 'oidc.circleci.com/project-id': text('repository', ['project']) },
    defaultAudience: organisation,
    choosesAudience: true,
    placeholder: `org/${organisation}/project/{PROJECT-UUID}/user/*`,
    furtherClaims: nothingFurther,
  };
};

/** Buildkite. `sub` is `organization:ORG:pipeline:PIPELINE:ref:REF:commit:COMMIT:step:STEP`; a job asks for any audience.
 *  Sources: Buildkite, "buildkite-agent oidc" and "OIDC with AWS"; AWS Service Authorization Reference. */
const buildkite: IssuerModel = {
  kind: 'buildkite',
  name: 'Buildkite',
  nouns: {
    token: 'job tokens',
    owner: 'organisation',
    repository: 'pipeline',
    anyone: 'every organisation on Buildkite',
  },
  isShared: true,
  templates: [
    [
      'organization:',
      words('owner', 'owner', { extra: '-', foreign: 'globex' }),
      ':pipeline:',
      words('pipeline', 'repository', { extra: '-', foreign: 'other' }),
      ':ref:',
      words('ref', 'rest', { extra: '/-._@+#', foreign: 'refs/heads/any-branch' }),
      ':commit:',
      field('commit', 'rest', {
        pattern: runPattern(HEX),
        foreign: '9f3182061f1e2cca4702c368cbc039b7dc9d4485',
      }),
      ':step:',
      words('step', 'rest', { extra: '-._', foreign: 'deploy' }),
    ],
  ],
  openTo: ['every branch and tag'],
  canCustomise: true,
  claims: {
    build_branch: text('any'),
    cluster_id: text('owner'),
    cluster_name: text('any'),
    organization_id: text('owner'),
    organization_slug: text('owner', ['owner']),
    pipeline_id: text('repository'),
    pipeline_slug: text('repository', ['pipeline']),
  },
  defaultAudience: 'sts.amazonaws.com',
  choosesAudience: true,
  placeholder: 'organization:{ORGANIZATION}:pipeline:{PIPELINE}:ref:refs/heads/{BRANCH}:*',
  furtherClaims: nothingFurther,
};

/** Service accounts of an EKS cluster. Source: EKS User Guide, "IAM roles for service accounts". */
const eks = (cluster: string): IssuerModel => ({
  kind: 'eks',
  name: `EKS cluster ${cluster}`,
  nouns: {
    token: 'service account tokens',
    owner: 'cluster',
    repository: 'service account',
    anyone: 'every pod of the EKS cluster',
  },
  isShared: false,
  templates: [
    [
      'system:serviceaccount:',
      words('namespace', 'repository', { extra: '-', foreign: 'other' }),
      ':',
      words('account', 'repository', { extra: '-.', foreign: 'default' }),
    ],
  ],
  openTo: [''],
  canCustomise: false,
  claims: {},
  defaultAudience: 'sts.amazonaws.com',
  choosesAudience: true,
  placeholder: 'system:serviceaccount:{NAMESPACE}:{SERVICE-ACCOUNT}',
  furtherClaims: nothingFurther,
});

/** What is known of the tokens of a provider, by its name (the issuer without its scheme); undefined where nothing is. */
export function modelOf(provider: string): IssuerModel | undefined {
  const workspace = bitbucketWorkspaceOf(provider);
  if (workspace !== undefined) return bitbucketModel(workspace);
  if (provider === 'token.actions.githubusercontent.com') return github('GitHub Actions', true);
  const enterprise = /^token\.actions\.(?:githubusercontent\.com\/([\w-]+)|([\w-]+)\.ghe\.com)$/.exec(
    provider,
  );
  if (enterprise) return github(`GitHub enterprise ${enterprise[1] ?? enterprise[2]}`, false);
  if (/^(?:[\w-]+\.)*gitlab(?:\.[\w-]+)+$/.test(provider)) return gitlab(provider);
  if (provider === 'app.terraform.io') return terraform('HCP Terraform');
  const organisation = /^oidc\.circleci\.com\/org\/([\w-]+)$/.exec(provider)?.[1];
  if (organisation !== undefined) return circleci(organisation);
  if (provider === 'agent.buildkite.com') return buildkite;
  const cluster = /^oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/id\/(\w+)$/.exec(provider)?.[1];
  return cluster === undefined ? undefined : eks(cluster);
}
