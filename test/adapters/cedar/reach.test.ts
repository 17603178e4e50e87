import { expect, test } from '@jest/globals';
import { loadCedar } from '../../../adapters/cedar/engine.ts';
import { unknownContext } from '../../../domain/access/authorisation.ts';
import type { Reach } from '../../../domain/access/reach.ts';
import type { Caller } from '../../../domain/shared/principal.ts';
import { accessOf, filesOf, shipped } from '../../support/adapters/access-rules.ts';
import { asProjectUuid } from '../../support/identifiers.ts';

const PROJECT = '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}';
const OTHER = '{18b60cd9-173a-4a44-a4ec-6c251e367573}';
const REPOSITORY = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
const lin: Caller = { principal: { kind: 'person', id: 'lin@acme.example' }, groups: ['web'] };
const none: Reach = { everything: false, scopes: [], isWhole: true, more: false };

const READ = 'principal, action == Action::"read", resource';
const IN_PROJECT = `${READ} in Project::"${PROJECT}"`;
const project = { type: 'Project', id: PROJECT } as const;
const template = { type: 'Template', id: 'ecr-push' } as const;

const teams = [
  { uuid: asProjectUuid(PROJECT), requesters: ['web', 'shop'] },
  { uuid: asProjectUuid(OTHER), requesters: ['shop'], auditors: ['web'] },
];
/** The reach of a person of group web by these rules. */
const reachBy = (text: string) =>
  accessOf(filesOf(text), loadCedar, teams).reachOf({ caller: lin, action: 'read', context: unknownContext });

test.each<[string, string, Partial<Reach>]>([
  ['everything', `@id("a") permit (${READ});`, { everything: true }],
  [
    'everything, by a condition on the caller',
    `@id("a") permit (${READ}) when { principal in Group::"web" };`,
    { everything: true },
  ],
  ['nothing, by a rule for others', '@id("a") permit (principal in Group::"ops", action, resource);', {}],
  [
    'nothing, by a rule on another action',
    '@id("a") permit (principal, action == Action::"request", resource);',
    {},
  ],
  [
    'nothing, where a forbid says so of the caller',
    `@id("a") permit (${READ}); @id("b") forbid (${READ}) when { principal in Group::"web" };`,
    {},
  ],
  ['nothing, as an admin of repositories', `@id("a") permit (${READ}) when { context.repositoryAdmin };`, {}],
  ['one project', `@id("a") permit (${IN_PROJECT});`, { scopes: [project] }],
  [
    'the projects whose block has the group',
    `@id("a") permit (${READ}) when { principal in resource.requesters };`,
    { scopes: [project] },
  ],
  [
    'the projects of two roles, once for each rule',
    `@id("a") permit (${READ}) when { principal in resource.requesters }; @id("b") permit (${READ}) when { principal in resource.auditors };`,
    { scopes: [project, { type: 'Project', id: OTHER }] },
  ],
  [
    'the projects of a team, with exceptions in them',
    `@id("a") permit (${READ}) when { principal in resource.requesters && resource.repositoryWide };`,
    { scopes: [project], isWhole: false },
  ],
  [
    'nothing, by a role that no team gives the group',
    `@id("a") permit (${READ}) when { principal in resource.approvers };`,
    {},
  ],
  [
    'nothing of what only a single request shows',
    `@id("a") permit (${READ}) when { principal in resource.deciders };`,
    {},
  ],
  [
    'one project, by a condition',
    `@id("a") permit (${READ}) when { resource in Project::"${PROJECT}" };`,
    { scopes: [project] },
  ],
  [
    'two projects, by one condition',
    `@id("a") permit (${READ}) when { resource in [Project::"${PROJECT}", Project::"${OTHER}"] };`,
    { scopes: [project, { type: 'Project', id: OTHER }] },
  ],
  [
    'what two rules say',
    `@id("a") permit (${IN_PROJECT}); @id("b") permit (${READ} in Template::"ecr-push");`,
    { scopes: [project, template] },
  ],
  [
    'the smaller of two scopes, with exceptions in it',
    `@id("a") permit (${READ} in Template::"ecr-push") when { resource in Repository::"${REPOSITORY}" };`,
    { scopes: [{ type: 'Repository', id: REPOSITORY }], isWhole: false },
  ],
  [
    'a scope with exceptions',
    `@id("a") permit (${IN_PROJECT}) unless { resource.repositoryWide };`,
    { scopes: [project], isWhole: false },
  ],
  [
    'a scope, and a forbid that makes exceptions',
    `@id("a") permit (${IN_PROJECT}); @id("b") forbid (principal, action, resource in Template::"ecr-push");`,
    { scopes: [project], isWhole: false },
  ],
  [
    'everything, and a forbid that makes exceptions',
    `@id("a") permit (${READ}); @id("b") forbid (${READ}) when { resource.repositoryWide };`,
    { everything: true, isWhole: false },
  ],
  [
    'everything, and a forbid that makes exceptions for another action',
    `@id("a") permit (${READ}); @id("b") forbid (principal, action == Action::"revoke", resource in Template::"ecr-push");`,
    { everything: true },
  ],
  [
    'what only a decision shows: a workspace',
    `@id("a") permit (${READ} in Workspace::"${PROJECT}");`,
    { more: true },
  ],
  [
    'what only a decision shows: one or the other',
    `@id("a") permit (${READ}) when { resource in Project::"${PROJECT}" || resource.repositoryWide };`,
    { more: true, isWhole: false },
  ],
])('%s', (_, text, expected) => {
  expect(reachBy(text)).toEqual({ ...none, ...expected });
});

test.each([
  [['platform'], 'read', true],
  [['approvers'], 'read', true],
  [['platform'], 'audit', true],
  [['approvers'], 'audit', false],
  [['requesters'], 'read', false],
] as const)(
  'by the shipped rules a person of %j reaches everything to %s: %s',
  (groups, action, everything) => {
    const caller = { ...lin, groups: [...groups] };
    const reach = accessOf(shipped).reachOf({ caller, action, context: unknownContext });
    expect(reach).toEqual({ ...none, everything });
  },
);
