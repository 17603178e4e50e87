import { describe, expect, test } from '@jest/globals';
import { isApprovedByRule } from '../../../../domain/repository-rules/approval.ts';
import { seconds } from '../../../../domain/shared/time.ts';
import { siteRule } from '../../../support/domain/follow.ts';
import {
  configurationContent,
  configurationOf,
  intent,
  production,
  staging,
  templateOf,
} from '../../../support/domain/samples.ts';

const DAY = 86_400;
const [hub] = configurationContent().accounts;
const spoke = {
  ...hub,
  alias: 'staging',
  id: '444455556666',
  provisionerRole: 'arn:aws:iam::444455556666:role/rolewright-spoke',
  externalId: 'sandbox-external-id',
};
const grant = { template: 's3-static-site', parameters: { bucket: '{{repository.slug}}-site' } };
/** A rule that approves what it asks for, and what to vary of its grant or of the rule. */
const rule = (ofGrant: object = {}, over: object = {}) =>
  siteRule({ slug: 'sho*', approved: true, grant: { ...grant, ...ofGrant }, ...over });

type Case = {
  rules: unknown[];
  planned?: Parameters<typeof intent>[0];
  unowned?: { pointer: string; detail: string }[];
  /** Days: the default of the template and its project, and what was asked for. */
  initial?: number;
  asked?: number;
};

function isApproved({ rules, planned, unowned = [], initial, asked }: Case): boolean {
  const configuration = configurationOf({
    ...configurationContent(),
    accounts: [hub, spoke],
    onRepositoryCreated: rules,
  });
  const days = (count: number | undefined) => (count === undefined ? undefined : seconds(count * DAY));
  const lifetime = { initial: days(initial), max: undefined, isRequired: false, needsReason: false };
  return isApprovedByRule(
    configuration,
    { rendered: { intent: intent(planned), unowned, lifetime }, template: templateOf() },
    { expiresInSeconds: days(asked) },
  );
}

describe('a plan is approved by a rule', () => {
  test.each<[string, Case]>([
    ['that asks for exactly what it grants', { rules: [rule()] }],
    ['that is one of several', { rules: [rule({ name: 'other' }), rule(), rule({}, { slug: 'web-*' })] }],
    ['that names the account', { rules: [rule({ account: 'default' })] }],
    [
      'that names the environment',
      { rules: [rule({ environment: production.name })], planned: { environment: production } },
    ],
    [
      'that names the environment by its UUID',
      { rules: [rule({ environment: production.uuid })], planned: { environment: production } },
    ],
    ['for the default lifetime, where it says none', { rules: [rule()], initial: 7, asked: 7 }],
    ['for its own lifetime', { rules: [rule({ expiresIn: 'P2D' })], initial: 7, asked: 2 }],
  ])('%s', (_, asked) => {
    expect(isApproved(asked)).toBe(true);
  });
});

describe('no rule approves', () => {
  test.each<[string, Case]>([
    ['where there is none', { rules: [] }],
    ['where it does not say approved', { rules: [rule({}, { approved: false })] }],
    [
      'a name that nobody owns',
      { rules: [rule()], unowned: [{ pointer: '/parameters/bucket', detail: 'not owned' }] },
    ],
    ['another account', { rules: [rule({ account: 'staging' })] }],
    ['another template', { rules: [rule({ template: 'ecr-push' })] }],
    ['another name', { rules: [rule({ name: 'other' })] }],
    ['another value of a parameter', { rules: [rule({ parameters: { bucket: 'shop-other' } })] }],
    [
      'parameters that the template does not take',
      { rules: [rule({ parameters: { buckets: 'shop-site' } })] },
    ],
    ['an environment where it names none', { rules: [rule()], planned: { environment: production } }],
    [
      'the whole repository where it names an environment',
      { rules: [rule({ environment: production.name })] },
    ],
    [
      'another environment',
      { rules: [rule({ environment: staging.name })], planned: { environment: production } },
    ],
    ['a longer lifetime than its own', { rules: [rule({ expiresIn: 'P2D' })], initial: 7, asked: 3 }],
    ['a longer lifetime than the default', { rules: [rule()], initial: 7, asked: 8 }],
    ['no end where its request would have one', { rules: [rule({ expiresIn: 'P2D' })] }],
    ['another repository', { rules: [rule({}, { slug: 'web-*' })] }],
    [
      'a repository whose new name its parameters cannot hold',
      { rules: [rule()], planned: { repository: { ...intent().repository, fullName: 'acme/shop..' } } },
    ],
    ['a repository outside of projects', { rules: [rule()], planned: { project: undefined } }],
  ])('%s', (_, asked) => {
    expect(isApproved(asked)).toBe(false);
  });
});
