import { describe, expect, test } from '@jest/globals';
import { templatesNamedIn } from '../../../../../domain/access/teams/team-block.ts';
import { type Configuration, parseConfiguration } from '../../../../../domain/configuration/configuration.ts';
import { configurationContent, production, SHOP_PROJECT } from '../../../../support/domain/samples.ts';

const [hub] = configurationContent().accounts;
const spoke = {
  ...hub,
  alias: 'staging',
  id: '444455556666',
  provisionerRole: 'arn:aws:iam::444455556666:role/rolewright-spoke',
  externalId: 'sandbox-external-id',
};
const project = { workspace: 'acme', ...SHOP_PROJECT };
const slack = { team: 'T0ACME', approversChannel: 'C0APPROVALS' };
const team = {
  ...project,
  requesters: ['shop-developers'],
  approvers: ['shop-leads'],
  auditors: ['shop-auditors'],
  channel: 'C0SHOP',
  approversChannel: 'C0SHOPLEADS',
  accounts: ['default', 'staging'],
  defaults: { account: 'staging' },
};
const parse = (over: Record<string, unknown>) =>
  parseConfiguration({
    ...configurationContent(),
    accounts: [hub, spoke],
    ownership: [],
    slack,
    ...over,
  });
function configured(over: Record<string, unknown>): Configuration {
  const parsed = parse(over);
  if (!parsed.ok) throw new Error(parsed.problem.join('\n'));
  return parsed.value;
}
const errorsOf = (block: Record<string, unknown>, over: Record<string, unknown> = {}): string[] => {
  const parsed = parse({ projects: [{ ...team, ...block }], ...over });
  return parsed.ok ? [] : parsed.problem;
};

describe("a team's block stands for", () => {
  test('rules of ownership: patterns for every template, in the hub', () => {
    const { ownership } = configured({ projects: [{ ...team, owns: { any: ['shop-*'] } }] });
    expect(ownership).toEqual([{ project, owns: { any: ['shop-*'] } }]);
  });

  test('rules of ownership as long as those that are written, behind these', () => {
    const written = { project, owns: { any: ['extra'] } };
    const scope = { templates: ['terraform-state'], accounts: ['staging'], pipeline: ['shop-ci-*'] };
    const owns = [{ names: { any: ['shop-*'] } }, { names: { s3BucketName: ['shop-state'] }, ...scope }];
    const { ownership } = configured({ ownership: [written], projects: [{ ...team, owns }] });
    expect(ownership).toEqual([
      written,
      { project, owns: { any: ['shop-*'] } },
      { project, owns: { s3BucketName: ['shop-state'] }, ...scope },
    ]);
  });

  test('the channel that is told of its grants', () => {
    const configuration = configured({ projects: [team] });
    expect(configuration.slack?.channels).toEqual([{ project, channel: 'C0SHOP' }]);
  });

  test('deployment environments that an account is open to', () => {
    expect(errorsOf({ environments: { staging: [production.uuid] } })).toEqual([]);
  });

  test('templates, each with its place', () => {
    const requiredFor = ['ecs-deploy'];
    expect(
      templatesNamedIn({
        owns: [{ names: { any: ['a'] } }, { names: { any: ['b'] }, templates: ['s3-site', 'lambda'] }],
        lifetime: { requiredFor },
        reason: { requiredFor },
      }),
    ).toEqual([
      { pointer: '/owns/1/templates/0', name: 's3-site' },
      { pointer: '/owns/1/templates/1', name: 'lambda' },
      { pointer: '/lifetime/requiredFor/0', name: 'ecs-deploy' },
      { pointer: '/reason/requiredFor/0', name: 'ecs-deploy' },
    ]);
  });

  test('no templates where it owns patterns for all of them, and requires for all or none', () => {
    expect(templatesNamedIn({ owns: { any: ['a'] }, lifetime: { requiredFor: 'all' } })).toEqual([]);
    expect(templatesNamedIn({})).toEqual([]);
  });

  test('nothing more where it says nothing more', () => {
    const configuration = configured({ projects: [project] });
    expect([configuration.ownership, configuration.slack?.channels]).toEqual([[], []]);
  });
});

describe('a block is refused that', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    [
      'names an unknown account',
      { accounts: ['default', 'staging', 'live'] },
      {},
      '/projects/0/accounts/2: live is not the alias',
    ],
    [
      'owns names in an unknown account',
      { accounts: ['default', 'staging', 'x'], owns: [{ names: { any: ['a'] }, accounts: ['x'] }] },
      {},
      '/projects/0/owns/0/accounts/0: x is not the alias',
    ],
    [
      'owns names in an account that is not open to it',
      { accounts: undefined, defaults: undefined, owns: [{ names: { any: ['a'] }, accounts: ['staging'] }] },
      {},
      '/projects/0/owns/0/accounts/0: staging is not in accounts of this project',
    ],
    [
      'has a default account that is not open to it',
      { accounts: ['default'] },
      {},
      '/projects/0/defaults/account: staging is not in accounts of this project',
    ],
    [
      'opens an account to environments that is not open to it',
      { accounts: ['default'], defaults: undefined, environments: { staging: [production.uuid] } },
      {},
      '/projects/0/environments/staging: staging is not in accounts of this project',
    ],
    [
      'names a channel by its name',
      { channel: '#shop' },
      {},
      '/projects/0/channel: must be the id of a channel',
    ],
    [
      'names an approvers’ channel by its name',
      { approversChannel: 'shop-leads' },
      {},
      '/projects/0/approversChannel: must be the id of a channel',
    ],
    [
      'has a channel without Slack',
      { approversChannel: undefined },
      { slack: undefined },
      '/projects/0/channel: needs the Slack workspace',
    ],
    [
      'has a channel that slack.channels has as well',
      {},
      { slack: { ...slack, channels: [{ project, channel: 'C0OTHER' }] } },
      '/slack/channels: project',
    ],
    [
      'names a parameter type that is none',
      { owns: { bucket: ['a'] } },
      {},
      '/projects/0/owns/bucket: is not a known field',
    ],
    ['owns everything', { owns: { any: ['*'] } }, {}, '/projects/0/owns'],
    ['lists no requester', { requesters: [] }, {}, '/projects/0/requesters: '],
    [
      'has a group with a blank at its end',
      { approvers: ['leads '] },
      {},
      '/projects/0/approvers/0: must be the name of a group',
    ],
    [
      'has a group with a blank at its beginning',
      { approvers: [' leads'] },
      {},
      '/projects/0/approvers/0: must be the name of a group',
    ],
    [
      'has a default beyond its maximum',
      { lifetime: { default: 'P9D', max: 'P8D' } },
      {},
      '/projects/0/lifetime/default: P9D is longer',
    ],
    [
      'lets a derived group approve',
      { approvers: ['shop-leads', 'staff'] },
      { emailDomains: [{ domain: 'acme.example', groups: ['staff'] }] },
      '/projects/0/approvers/1: staff is a group that /emailDomains/0 derives',
    ],
    [
      'lets a derived group audit',
      { auditors: ['staff'] },
      { emailDomains: [{ domain: 'acme.example', groups: ['staff'] }] },
      '/projects/0/auditors/0: staff is a group that /emailDomains/0 derives',
    ],
    ['has a field that no block has', { owners: ['shop'] }, {}, '/projects/0/owners: is not a known field'],
    [
      'is of an unknown workspace',
      { workspace: 'nobody' },
      {},
      '/projects/0: nobody is not a configured workspace',
    ],
    ['has no UUID', { uuid: undefined }, {}, '/projects/0/uuid: is missing; npm run config:pin fills it in'],
  ])('%s', (_, block, over, error) => {
    expect(errorsOf(block, over)).toEqual(expect.arrayContaining([expect.stringContaining(error)]));
  });

  test('all of its errors at once, none of them for the long form', () => {
    const errors = errorsOf({
      workspace: 'nobody',
      owns: { any: ['shop-*'] },
      accounts: ['default', 'staging', 'live'],
    });
    expect(errors).toHaveLength(2);
    expect(errors.every((error) => error.startsWith('/projects/0'))).toBe(true);
  });
});
