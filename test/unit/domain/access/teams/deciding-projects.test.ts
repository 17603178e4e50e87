import { describe, expect, test } from '@jest/globals';
import { ownedNames, unownedParameters } from '../../../../../domain/access/ownership.ts';
import type { OwnershipRule } from '../../../../../domain/access/ownership-schema.ts';
import { decidingProjects } from '../../../../../domain/access/teams/deciding-projects.ts';
import {
  decidingGroups,
  groupsAnywhere,
  projectsOfGroups,
} from '../../../../../domain/access/teams/team-groups.ts';
import { hubOf } from '../../../../../domain/shared/account.ts';
import {
  configurationOf,
  present,
  SHOP_PROJECT,
  shop,
  templateContent,
  templateOf,
  web,
} from '../../../../support/domain/samples.ts';
import { asProjectUuid } from '../../../../support/identifiers.ts';

const account = present(hubOf(configurationOf().accounts));
const SHOP = SHOP_PROJECT.uuid;
const WEB = present(web.project).uuid;
const rule = (uuid: string, patterns: string[], more: Partial<OwnershipRule> = {}): OwnershipRule =>
  ({
    project: { workspace: 'acme', key: uuid === SHOP ? 'SHOP' : 'WEB', uuid },
    owns: { any: patterns },
    ...more,
  }) as OwnershipRule;
/** A rule of one repository. */
const ofRepository = ({ uuid, slug }: typeof shop, patterns: string[]): OwnershipRule => ({
  repository: { workspace: 'acme', slug, uuid },
  owns: { any: patterns },
});
const rules = [rule(SHOP, ['shop-*', 'shared-*']), rule(WEB, ['web-*', 'shared-*'])];

type Asked = {
  template?: Record<string, unknown>;
  parameters?: Record<string, string>;
  rules?: OwnershipRule[];
  repository?: typeof shop;
  isWhole?: boolean;
};

/** The projects that decide a request of acme/shop, as keys. */
function deciders({ template = {}, parameters = { bucket: 'shop-site' }, isWhole = false, ...asked }: Asked) {
  const question = {
    rules: asked.rules ?? rules,
    account,
    repository: asked.repository ?? shop,
    template: templateOf({ ...templateContent(), ...template }),
    parameters,
    requesterKind: 'person' as const,
  };
  const keys: Record<string, string> = { [SHOP]: 'SHOP', [WEB]: 'WEB' };
  return decidingProjects({
    names: ownedNames(question),
    actsThrough: question.template.actsThrough !== undefined,
    project: question.repository.project?.uuid,
    pointers: unownedParameters(question).map(({ pointer }) => pointer),
    isWhole,
  }).map((uuid) => keys[uuid]);
}

const named = { ownership: 'named' };
const passing = {
  ...named,
  actsThrough: 'Others act.',
};
const regional = {
  parameters: {
    ...templateContent().parameters,
    region: { type: 'awsRegion', description: 'Region' },
  },
  statements: templateContent().statements.map((statement) => ({
    ...statement,
    conditions: {
      StringEquals: { 'aws:ResourceAccount': '{{aws.accountId}}', 'aws:RequestedRegion': '{{region}}' },
    },
  })),
};
const roles = {
  parameters: {
    bucket: { type: 's3BucketName', description: 'Bucket' },
    role: { type: 'iamRoleName', description: 'Role' },
  },
  statements: [
    {
      sid: 'Put',
      actions: ['s3:PutObject'],
      resources: ['arn:{{aws.partition}}:s3:::{{bucket}}/*'],
      conditions: { StringEquals: { 'aws:ResourceAccount': '{{aws.accountId}}' } },
    },
    {
      sid: 'Read',
      actions: ['iam:GetRole'],
      resources: ['arn:{{aws.partition}}:iam::{{aws.accountId}}:role/{{role}}'],
    },
  ],
};

describe("a project's approvers decide what the project owns:", () => {
  test.each<[string, Asked, string[]]>([
    ['its own names, where the template requires approval', { isWhole: true }, ['SHOP']],
    ["another project's name waits for that project", { parameters: { bucket: 'web-site' } }, ['WEB']],
    [
      'names of both wait for both, where the template requires approval',
      { isWhole: true, parameters: { bucket: 'web-site', distribution: 'shop-E1' } },
      ['SHOP', 'WEB'],
    ],
    [
      "only the other's name is decided where only that waits",
      { parameters: { bucket: 'web-site', distribution: 'shop-E1' } },
      ['WEB'],
    ],
    ['a name that nobody owns is the installation’s', { parameters: { bucket: 'payroll' } }, []],
    [
      'so it is beside a name of another project',
      { parameters: { bucket: 'web-site', distribution: 'payroll' } },
      [],
    ],
    ['a name that two projects own is the installation’s', { parameters: { bucket: 'shared-site' } }, []],
    [
      'a template that lets others act is the installation’s, whoever owns the names',
      {
        isWhole: true,
        template: passing,
        rules: [rule(SHOP, ['shop-*'], { templates: ['s3-static-site'] })],
      },
      [],
    ],
    [
      'a role is the installation’s, whoever owns its name',
      { isWhole: true, template: roles, parameters: { bucket: 'shop-site', role: 'shop-role' } },
      [],
    ],
    ['a named template belongs to nobody whose rule does not name it', { template: named }, []],
    [
      'a named template of another project is that project’s',
      {
        template: named,
        parameters: { bucket: 'web-site' },
        rules: [rule(WEB, ['web-*'], { templates: ['s3-static-site'] })],
      },
      ['WEB'],
    ],
    [
      'a name that is owned in another account only is nobody’s',
      { parameters: { bucket: 'web-site' }, rules: [rule(WEB, ['web-*'], { accounts: ['staging'] })] },
      [],
    ],
    [
      'a name that a rule of the repository itself owns is its project’s, whoever else owns it',
      {
        isWhole: true,
        parameters: { bucket: 'web-site' },
        rules: [rule(WEB, ['web-*']), ofRepository(shop, ['web-site'])],
      },
      ['SHOP'],
    ],
    [
      'a rule of another repository gives no project a name',
      { parameters: { bucket: 'payroll' }, rules: [ofRepository(web, ['payroll'])] },
      [],
    ],
    [
      'a parameter that names no resource has no owner, and is nobody’s to decide',
      { isWhole: true, template: regional, parameters: { bucket: 'shop-site', region: 'eu-west-1' } },
      ['SHOP'],
    ],
    [
      'a repository without a project decides nothing by itself',
      {
        isWhole: true,
        repository: { ...shop, project: undefined } as typeof shop,
        parameters: { bucket: 'payroll' },
      },
      [],
    ],
  ])('%s', (_, asked, projects) => {
    expect(deciders(asked).sort()).toEqual(projects);
  });

  test('a request that names nothing is its own project’s', () => {
    const none = { names: [], actsThrough: false, pointers: [], isWhole: true };
    expect(decidingProjects({ ...none, project: SHOP })).toEqual([SHOP]);
    expect(decidingProjects({ ...none, project: undefined })).toEqual([]);
  });
});

describe('the groups of teams', () => {
  const teams = [
    { uuid: SHOP, approvers: ['shop-leads', 'all'], requesters: ['dev'] },
    { uuid: WEB, approvers: ['web-leads', 'all'] },
  ];

  test.each([
    [[], []],
    [[SHOP], ['shop-leads', 'all']],
    [[SHOP, WEB], ['all']],
    [[SHOP, asProjectUuid('{00000000-0000-4000-8000-000000000001}')], []],
  ])('that decide for %j are %j', (decidedBy, groups) => {
    expect(decidingGroups(teams, decidedBy)).toEqual(groups);
  });

  test('are each named once, and a team without groups for a role has none', () => {
    expect(groupsAnywhere(teams, 'approvers')).toStrictEqual(['shop-leads', 'all', 'web-leads']);
    expect(groupsAnywhere(teams, 'requesters')).toStrictEqual(['dev']);
    expect(groupsAnywhere(teams, 'auditors')).toStrictEqual([]);
  });

  test('lead to their projects', () => {
    expect(projectsOfGroups(teams, 'approvers', ['all'])).toEqual([SHOP, WEB]);
    expect(projectsOfGroups(teams, 'requesters', ['dev', 'web-leads'])).toEqual([SHOP]);
    expect(projectsOfGroups(teams, 'auditors', ['all'])).toEqual([]);
  });
});
