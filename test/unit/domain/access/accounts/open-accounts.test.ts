import { describe, expect, test } from '@jest/globals';
import { closedAccount, templateNotOffered } from '../../../../../domain/access/accounts/open-accounts.ts';
import { unownedParameters } from '../../../../../domain/access/ownership.ts';
import type { OwnershipRule } from '../../../../../domain/access/ownership-schema.ts';
import { hubOf } from '../../../../../domain/shared/account.ts';
import {
  configurationOf,
  present,
  production,
  SHOP_PROJECT,
  shop,
  staging,
  templateOf,
  web,
} from '../../../../support/domain/samples.ts';

const hub = present(hubOf(configurationOf().accounts));
const spoke = {
  ...hub,
  alias: 'staging',
  provisionerRole: 'arn:aws:iam::444455556666:role/rolewright-spoke',
  externalId: 'external',
};
const project = { workspace: 'acme', ...SHOP_PROJECT };
const asked = { projects: [], repository: shop, environment: undefined };

describe('an account', () => {
  test('that runs Rolewright is open to every project that lists none; no other is', () => {
    for (const projects of [[], [project]])
      for (const repository of [shop, web, { ...shop, project: undefined }]) {
        expect(closedAccount({ ...asked, projects, repository, account: hub })).toBeUndefined();
        expect(closedAccount({ ...asked, projects, repository, account: spoke })).toMatchObject({
          code: 'DENIED',
          detail: expect.stringMatching(/^Rule account-not-open: account staging .*have an administrator/i),
        });
      }
  });

  test('is open to the project that lists it, by UUID and not by key', () => {
    const projects = [{ ...project, accounts: ['default', 'staging'] }];
    expect(closedAccount({ ...asked, projects, account: spoke })).toBeUndefined();
    const sameKey = { ...shop, project: { key: SHOP_PROJECT.key, uuid: present(web.project).uuid } };
    expect(closedAccount({ ...asked, projects, account: spoke, repository: sameKey })).toMatchObject({
      code: 'DENIED',
    });
    const renamed = { ...shop, project: { key: 'OTHER', uuid: SHOP_PROJECT.uuid } };
    expect(closedAccount({ ...asked, projects, account: spoke, repository: renamed })).toBeUndefined();
  });

  test('that runs Rolewright is closed to a project that lists others only, and the answer names those', () => {
    const projects = [{ ...project, accounts: ['staging'] }];
    expect(closedAccount({ ...asked, projects, account: hub })?.detail).toContain('Open to it: staging.');
  });

  test('that is pinned to environments is open to these by UUID, and to no whole repository', () => {
    const projects = [
      { ...project, accounts: ['default', 'staging'], environments: { staging: [staging.uuid] } },
    ];
    const open = (environment: typeof staging | undefined, account = spoke) =>
      closedAccount({ ...asked, projects, environment, account }) === undefined;
    expect([open(staging), open(production), open(undefined)]).toEqual([true, false, false]);
    expect(open({ uuid: production.uuid, name: staging.name })).toBe(false);
    expect(open({ uuid: staging.uuid, name: production.name })).toBe(true);
    expect(closedAccount({ ...asked, projects, account: hub })).toBeUndefined();
  });

  test('is one of those in which a template is offered, where the template names some', () => {
    expect(templateNotOffered({ name: 'x' }, spoke)).toBeUndefined();
    expect(templateNotOffered({ name: 'x', accounts: ['staging'] }, spoke)).toBeUndefined();
    expect(templateNotOffered({ name: 'x', accounts: ['staging'] }, hub)).toMatchObject({
      code: 'REQUEST_INVALID',
      errors: [{ pointer: '/account' }],
    });
  });
});

describe('a name', () => {
  const rule = (accounts: string[] | undefined): OwnershipRule => ({
    project,
    owns: { any: ['shop-*'] },
    ...(accounts ? { accounts } : {}),
  });
  const isOwned = (rules: OwnershipRule[], account: typeof hub) =>
    unownedParameters({
      rules,
      account,
      repository: shop,
      template: templateOf(),
      parameters: { bucket: 'shop-site' },
      requesterKind: 'person',
    }).length === 0;

  test.each<[string[] | undefined, boolean, boolean]>([
    [undefined, true, false],
    [['default'], true, false],
    [['staging'], false, true],
    [['default', 'staging'], true, true],
  ])('of a rule with accounts %j is owned in the hub: %j, in staging: %j', (accounts, inHub, inSpoke) => {
    expect([isOwned([rule(accounts)], hub), isOwned([rule(accounts)], spoke)]).toEqual([inHub, inSpoke]);
  });

  test('is contested only in an account in which two projects own it', () => {
    const other: OwnershipRule = {
      project: { ...project, uuid: present(web.project).uuid },
      owns: { any: ['shop-*'] },
      accounts: ['staging'],
    };
    const rules = [rule(['default', 'staging']), other];
    expect([isOwned(rules, hub), isOwned(rules, spoke)]).toEqual([true, false]);
  });
});
