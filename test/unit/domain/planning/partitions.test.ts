import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTemplates } from '../../../../adapters/settings/files.ts';
import { renderRole } from '../../../../domain/planning/rendered-role.ts';
import { denyAllArn } from '../../../../domain/planning/role.ts';
import { sessionPolicy } from '../../../../domain/planning/session-policy.ts';
import { type Account, hubOf, partitionOf, partitions } from '../../../../domain/shared/account.ts';
import { exampleParameters, parseParameters } from '../../../../domain/templates/parameters.ts';
import { runs } from '../../../support/domain/arbitraries.ts';
import { configurationOf, present, production, shop, successOf } from '../../../support/domain/samples.ts';

const templates = [...readTemplates(join(import.meta.dirname, '..', '..', '..', '..')).values()];
const configuration = configurationOf();
const hub = present(hubOf(configuration.accounts));
const regions = { aws: 'eu-central-1', 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' } as const;
const accountIn = (partition: (typeof partitions)[number]): Account => ({
  ...hub,
  partition,
  region: regions[partition],
});

/** Services that call others under a name without the partition's suffix, also in China. Source: AWS documentation, "AWS
 *  service principals in China Regions". */
const GLOBAL_NAMES = /"(?:ecs-tasks|cloudformation|codeartifact|ecr-public)\.amazonaws\.com"/g;

const rendered = fc
  .record({
    template: fc.constantFrom(...templates),
    partition: fc.constantFrom(...partitions),
    leftOut: fc.infiniteStream(fc.boolean()),
  })
  .map(({ template, partition, leftOut }) => {
    const example = Object.entries(exampleParameters(template)).filter(([name]) => {
      const { optional, with: partner } = present(template.parameters[name]);
      return !optional || partner !== undefined || !leftOut.next().value;
    });
    const account = accountIn(partition);
    const role = successOf(
      renderRole({
        configuration,
        account,
        repository: shop,
        environment: production,
        template,
        parameters: successOf(parseParameters(template, Object.fromEntries(example))),
        name: 'default',
        requesterKind: 'person',
      }),
    ).role;
    return { account, role, text: JSON.stringify(role) };
  });

describe('in each partition', () => {
  test('every ARN of a role and its documents is of the account’s partition, whatever the template', () => {
    fc.assert(
      fc.property(rendered, ({ account, role, text }) => {
        const named = new Set([...text.matchAll(/\barn:([a-z*-]*):/g)].map(([, partition]) => partition));
        expect([...named]).toEqual([account.partition]);
        const own = `arn:${account.partition}:iam::${account.id}:`;
        expect(role.arn.startsWith(`${own}role/rolewright/`)).toBe(true);
        expect(role.boundaryArn).toBe(`${own}policy/rolewright-boundary`);
        expect(JSON.stringify(role.trustPolicy)).toContain(`${own}oidc-provider/api.bitbucket.org/`);
      }),
      runs(300),
    );
  });

  test('every endpoint in a policy is of the partition’s domain and the account’s Region', () => {
    fc.assert(
      fc.property(rendered, ({ account, text }) => {
        const suffix = account.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
        const endpoints = text.replace(GLOBAL_NAMES, '').match(/[a-z0-9.-]*amazonaws\.com[a-z.]*/g) ?? [];
        for (const endpoint of endpoints) {
          expect(endpoint).toMatch(
            new RegExp(`^[a-z0-9-]+\\.${account.region}\\.${suffix.replaceAll('.', '\\.')}$`),
          );
        }
      }),
      runs(300),
    );
  });

  test('every template is rendered, in all three', () => {
    for (const template of templates)
      for (const partition of partitions) {
        const parameters = successOf(parseParameters(template, exampleParameters(template)));
        const made = renderRole({
          configuration,
          account: accountIn(partition),
          repository: shop,
          environment: production,
          template,
          parameters,
          name: 'default',
          requesterKind: 'person',
        });
        expect([template.name, partition, made.ok]).toEqual([template.name, partition, true]);
      }
  });

  test.each(partitions)('%s has the managed policy that denies all, and sessions, in itself', (partition) => {
    expect(denyAllArn(partition)).toBe(`arn:${partition}:iam::aws:policy/AWSDenyAll`);
    const policy = sessionPolicy(accountIn(partition), {
      roleName: 'rw-shop-s3-static-site-hrq6egvaok64',
      providerArn: undefined,
    });
    expect(policy.match(/arn:[a-z-]+:/g)).toEqual([`arn:${partition}:`, `arn:${partition}:`]);
  });

  test('nothing that is deployed names a partition: templates, stacks and their roles', () => {
    const root = join(import.meta.dirname, '..', '..', '..', '..');
    const files = ['templates', 'infrastructure'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => join(root, folder, name)),
    );
    expect(files.length).toBeGreaterThan(25);
    for (const file of [...files, join(root, 'serverless.yml')]) {
      const code = readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '');
      expect([file, code.match(/arn:aws[a-z-]*:[^\s]*/g)]).toEqual([file, null]);
    }
  });

  test.each([
    ['eu-central-1', 'aws'],
    ['us-east-1', 'aws'],
    ['cn-northwest-1', 'aws-cn'],
    ['us-gov-east-1', 'aws-us-gov'],
  ])('%s is a Region of %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
  });
});
