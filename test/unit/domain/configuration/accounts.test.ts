import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../../domain/configuration/configuration.ts';
import { configurationContent, SHOP_PROJECT } from '../../../support/domain/samples.ts';

const [hub] = configurationContent().accounts;
const spoke = {
  alias: 'staging',
  id: '444455556666',
  region: 'eu-west-1',
  boundaryPolicy: 'rolewright-boundary',
  provisionerRole: 'arn:aws:iam::444455556666:role/rolewright-spoke',
  externalId: 'sandbox-external-id',
};
const errorsOf = (over: Record<string, unknown>): string[] => {
  const parsed = parseConfiguration({ ...configurationContent(), ...over });
  return parsed.ok ? [] : parsed.problem;
};
const ofAccounts = (...accounts: unknown[]) => errorsOf({ accounts });
const shopProject = { workspace: 'acme', ...SHOP_PROJECT };

describe('accounts', () => {
  test('are a hub and any number of spokes', () => {
    expect(ofAccounts(hub, spoke)).toEqual([]);
    expect(ofAccounts(spoke, hub)).toEqual([]);
  });

  test.each<[string, unknown[], string]>([
    ['no hub', [spoke], '/accounts: every entry has provisionerRole'],
    [
      'two hubs',
      [hub, { ...hub, alias: 'second', id: '222233334444' }],
      '/accounts: default and second have no provisionerRole',
    ],
    ['two of one alias', [hub, { ...spoke, alias: 'default' }], '/accounts/1/alias: default'],
    [
      'two of one id',
      [
        hub,
        {
          ...spoke,
          id: '111122223333',
          provisionerRole: 'arn:aws:iam::111122223333:role/rolewright-spoke',
        },
      ],
      '/accounts/1/id: 111122223333',
    ],
    [
      'a role of another account',
      [hub, { ...spoke, provisionerRole: 'arn:aws:iam::999999999999:role/rolewright-spoke' }],
      '/accounts/1/provisionerRole: is a role of account 999999999999, not of 444455556666',
    ],
    [
      'a role of another partition',
      [hub, { ...spoke, provisionerRole: 'arn:aws-cn:iam::444455556666:role/rolewright-spoke' }],
      '/accounts/1/provisionerRole: is in partition aws-cn, not in aws',
    ],
    [
      'a role below the path of grants’ roles',
      [hub, { ...spoke, provisionerRole: 'arn:aws:iam::444455556666:role/rolewright/spoke' }],
      '/accounts/1/provisionerRole: must be outside /rolewright/',
    ],
    [
      'what is no role',
      [hub, { ...spoke, provisionerRole: 'arn:aws:iam::444455556666:user/rolewright-spoke' }],
      '/accounts/1/provisionerRole: must be the ARN of a role',
    ],
    [
      'a spoke without an external id',
      [hub, { ...spoke, externalId: undefined }],
      '/accounts/1/externalId: is missing',
    ],
    [
      'an external id that STS refuses',
      [hub, { ...spoke, externalId: 'a b' }],
      '/accounts/1/externalId: must be',
    ],
    [
      'a hub with an external id',
      [{ ...hub, externalId: 'abc' }],
      '/accounts/0/externalId: must not be given',
    ],
    [
      'a Region of another partition',
      [hub, { ...spoke, region: 'cn-north-1' }],
      '/accounts/1/region: cn-north-1 is in partition aws-cn, not in aws',
    ],
    [
      'a spoke in another partition than the hub',
      [
        hub,
        {
          ...spoke,
          partition: 'aws-us-gov',
          region: 'us-gov-west-1',
          provisionerRole: 'arn:aws-us-gov:iam::444455556666:role/rolewright-spoke',
        },
      ],
      '/accounts/1/partition: is aws-us-gov, but Rolewright runs in aws',
    ],
  ])('are refused for %s, and for that alone', (_, accounts, error) => {
    expect(ofAccounts(...accounts)).toEqual([expect.stringContaining(error)]);
  });

  test('are told all their errors at once, also where something else in the file is wrong', () => {
    const errors = errorsOf({
      extra: 1,
      accounts: [hub, { ...spoke, alias: 'default', externalId: undefined }, { ...spoke, region: 'x' }],
      ownership: [{ project: shopProject, accounts: ['nowhere'], owns: { any: ['shop-*'] } }],
    });
    expect(errors.map((error) => error.split(':')[0]).sort()).toEqual([
      '/accounts/1/alias',
      '/accounts/1/externalId',
      '/accounts/2/id',
      '/accounts/2/region',
      '/extra',
      '/ownership/0/accounts/0',
    ]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      'an ownership rule',
      { ownership: [{ project: shopProject, accounts: ['default', 'prod'], owns: { any: ['shop-*'] } }] },
      '/ownership/0/accounts/1',
    ],
    [
      'a project',
      { projects: [{ ...shopProject, accounts: ['default', 'prod'] }] },
      '/projects/0/accounts/1',
    ],
    [
      'a rule for new repositories',
      {
        onRepositoryCreated: [{ project: shopProject, slug: '*', grant: { template: 'x', account: 'prod' } }],
      },
      '/onRepositoryCreated/0/grant/account',
    ],
  ])('named by %s must be configured', (_, over, pointer) => {
    expect(errorsOf(over)).toEqual([
      `${pointer}: prod is not the alias of a configured account; there are default`,
    ]);
    expect(errorsOf({ ...over, accounts: [hub, { ...spoke, alias: 'prod' }] })).toEqual([]);
  });
});

describe('an entry of projects', () => {
  const environment = '{bd715740-c970-486b-b68a-b421ec2a1f8b}';
  const ofProjects = (...projects: unknown[]) => errorsOf({ projects, accounts: [hub, spoke] });

  test('opens accounts to a project, and to deployment environments by UUID', () => {
    const entry = {
      ...shopProject,
      accounts: ['default', 'staging'],
      environments: { staging: [environment] },
    };
    expect(ofProjects(entry)).toEqual([]);
    expect(ofProjects(shopProject)).toEqual([]);
  });

  test.each<[string, object[], string]>([
    [
      'an environment’s name',
      [{ ...shopProject, accounts: ['staging'], environments: { staging: ['Production'] } }],
      '/projects/0/environments/staging/0: must be a UUID',
    ],
    [
      'an account that it does not open',
      [{ ...shopProject, accounts: ['default'], environments: { staging: [environment] } }],
      '/projects/0/environments/staging: staging is not in accounts',
    ],
    ['a second entry for the project', [shopProject, shopProject], '/projects: project'],
    [
      'another workspace',
      [{ ...shopProject, workspace: 'elsewhere' }],
      '/projects/0: elsewhere is not a configured workspace',
    ],
  ])('is refused for %s', (_, projects, error) => {
    expect(ofProjects(...projects)).toEqual([expect.stringContaining(error)]);
  });
});

test('workspaces, and what names them, are told all their errors at once, also where something else in the file is wrong', () => {
  const uuid = '{922e118c-f34f-4226-a897-0e0afbec553d}';
  const elsewhere = { ...shopProject, workspace: 'elsewhere' };
  const wrong = {
    workspaces: [
      { slug: 'acme', uuid },
      { slug: 'acme', uuid: '{x}' },
      { slug: 'beta', uuid: uuid.toUpperCase() },
    ],
    projects: [elsewhere, { ...shopProject, uuid: shopProject.uuid.toUpperCase() }],
    ownership: [null, { project: elsewhere, owns: { any: ['shop-*'] } }],
    onRepositoryCreated: [{ project: elsewhere, slug: '*', grant: { template: 'x' } }],
  };
  const ofWorkspaces = errorsOf({ ...wrong, extra: 1 }).filter((error) =>
    /more than once|not a configured workspace/.test(error),
  );
  expect(ofWorkspaces.sort()).toEqual(
    [
      '/onRepositoryCreated/0: elsewhere is not a configured workspace',
      '/ownership/1: elsewhere is not a configured workspace',
      `/projects: project ${shopProject.uuid} is given more than once`,
      '/projects/0: elsewhere is not a configured workspace',
      '/workspaces: slug acme is given more than once',
      `/workspaces: uuid ${uuid} is given more than once`,
    ].sort(),
  );
});
