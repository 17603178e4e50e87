import { beforeEach, describe, expect, test } from '@jest/globals';
import { nowThen } from '../../../../domain/planning/now-then.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { approver, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { configurationContent, configurationOf, GRANT_ID, present } from '../../../support/domain/samples.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';
import { asEnvironmentUuid, asInstant } from '../../../support/identifiers.ts';

const LOCATION = `/v1/grants/${GRANT_ID}`;

let world: World;
let served: Served;
beforeEach(() => {
  world = new World();
  served = serveRoutes(grantRoutes({ ...world.requestPorts, ...testCursors(world.clock) }), {
    ada: platform,
    grace: approver,
  });
});

type Body = Record<string, unknown>;
const ask = async (parameters: Body, more: Body = {}, query = '') => {
  const json = { repository: 'acme/shop', template: 's3-static-site', parameters, ...more };
  return (await served.send('POST', `/v1/grants${query}`, { as: 'ada', json })).json as Body & {
    plan?: Body & { hash: string };
    warnings?: string[];
  };
};
const show = async () => (await served.send('GET', LOCATION, { as: 'ada' })).json;
const decide = async (verb: string, planHash: string) =>
  (await served.send('POST', `${LOCATION}/${verb}`, { as: 'grace', json: { planHash, reason: 'So be it' } }))
    .json;
/** Has names wait for approval that no ownership rule covers, and gives the template a list parameter. */
const withFunctions = () =>
  world.redeploy((content) => {
    content.parameters.functions = {
      type: 'lambdaFunctionName',
      description: 'Functions',
      optional: true,
      list: { max: 5 },
    };
    content.statements.push({
      sid: 'Functions',
      when: 'functions',
      actions: ['lambda:UpdateFunctionCode'],
      resources: ['arn:{{aws.partition}}:lambda:{{aws.region}}:{{aws.accountId}}:function:{{functions}}'],
    });
  });

const site = { bucket: 'shop-site' };

describe('a second request says what it replaces, in its dry run and in its answer', () => {
  beforeEach(() => {
    withFunctions();
    const content = configurationContent();
    Object.assign(content.ownership[0] as object, { owns: { any: ['shop-*', 'E2*'] } });
    world.configuration = configurationOf(content);
    served = serveRoutes(grantRoutes({ ...world.requestPorts, ...testCursors(world.clock) }), {
      ada: platform,
      grace: approver,
    });
  });

  test.each<[string, Body, Body, unknown[], RegExp]>([
    [
      'another value',
      site,
      { bucket: 'shop-docs' },
      [{ parameter: 'bucket', ...nowThen<unknown>('shop-site', 'shop-docs') }],
      /bucket shop-site → shop-docs/,
    ],
    [
      'an added parameter',
      site,
      { ...site, distribution: 'E2QWRUHAPOMQZL' },
      [{ parameter: 'distribution', ...nowThen<unknown>(undefined, 'E2QWRUHAPOMQZL') }],
      /distribution none → E2QWRUHAPOMQZL/,
    ],
    [
      'a removed parameter',
      { ...site, distribution: 'E2QWRUHAPOMQZL' },
      site,
      [{ parameter: 'distribution', ...nowThen<unknown>('E2QWRUHAPOMQZL', undefined) }],
      /distribution E2QWRUHAPOMQZL → none/,
    ],
    [
      'another list',
      { ...site, functions: ['shop-a', 'shop-b'] },
      { ...site, functions: ['shop-c', 'shop-b'] },
      [{ parameter: 'functions', ...nowThen<unknown>(['shop-a', 'shop-b'], ['shop-b', 'shop-c']) }],
      /functions shop-a, shop-b → shop-b, shop-c/,
    ],
    [
      'two parameters at once',
      { ...site, functions: ['shop-a'] },
      { bucket: 'shop-docs' },
      [
        { parameter: 'bucket', ...nowThen<unknown>('shop-site', 'shop-docs') },
        { parameter: 'functions', ...nowThen<unknown>(['shop-a'], undefined) },
      ],
      /bucket shop-site → shop-docs; functions shop-a → none/,
    ],
  ])('%s', async (_, first, second, replaces, words) => {
    await ask(first);
    const dry = await ask(second, {}, '?dryRun=true');
    const answer = await ask(second);
    for (const { plan, warnings = [] } of [dry, answer]) {
      expect(plan?.replaces).toEqual(replaces);
      expect(plan?.warnings).toEqual(warnings);
      expect(warnings).toEqual([expect.stringMatching(words)]);
      expect(warnings[0]).toMatch(/another name:? (?:that )?makes a second grant/);
    }
  });

  test('and nothing for a list in another order, an equal request, or the first one', async () => {
    const first = await ask({ ...site, functions: ['shop-a', 'shop-b'] });
    expect([first.plan?.replaces, first.warnings]).toEqual([[], undefined]);
    const again = await ask({ ...site, functions: ['shop-b', 'shop-a'] });
    expect([again.plan, again.warnings]).toEqual([undefined, undefined]);
  });

  test('and of another version of the template both versions', async () => {
    const before = (await ask(site)).template as { version: string };
    world.redeploy((content) => {
      (present(content.statements[0]).actions as string[]).push('s3:GetObject');
    });
    const answer = await ask(site);
    const { version } = answer.template as { version: string };
    expect(answer.plan).toMatchObject({ risk: 'wider', replaces: [] });
    expect(answer.warnings).toEqual([expect.stringContaining(`${before.version} → ${version}`)]);
  });
});

describe('approvers see what they decide', () => {
  const unowned = { bucket: 'foreign-site' };

  test('a change that waits, with its parameters, lifetime, session and what it replaces', async () => {
    await ask(site, { expiresIn: 'P30D' });
    const { expiresAt } = await show();
    await ask(unowned, { expiresIn: 'P2D', reason: 'Moves house' });
    const { plan, pendingChange, warnings } = (await show()) as Record<string, Body>;
    expect(pendingChange).toEqual({
      planHash: plan?.hash,
      requestedBy: { kind: 'person', id: platform.principal.id },
      requestedAt: world.clock.instant(),
      lapsesAt: expect.any(String),
      parameters: unowned,
      expiresIn: 'P2D',
      reason: 'Moves house',
    });
    expect(plan).toMatchObject({
      risk: 'wider',
      requiresApproval: true,
      approvalReasons: [expect.stringContaining('/parameters/bucket')],
      expiresAt: nowThen(expiresAt, asInstant(new Date(world.clock.now() + 2 * 86_400_000).toISOString())),
      maxSessionDuration: nowThen(3600, 3600),
      trustPolicyChanged: false,
      replaces: [{ parameter: 'bucket', ...nowThen<unknown>('shop-site', 'foreign-site') }],
    });
    expect(warnings).toEqual(plan?.warnings);
  });

  test('a new request that waits: it replaces nothing, and has no end where none was asked for', async () => {
    await ask(unowned);
    expect((await show()).plan).toMatchObject({
      risk: 'new',
      expiresAt: {},
      maxSessionDuration: nowThen(undefined, 3600),
      trustPolicyChanged: false,
      replaces: [],
      warnings: [],
    });
  });

  test('a longer session and another trust policy', async () => {
    await ask(site);
    world.redeploy((content) => Object.assign(content, { maxSessionDuration: 7200, approval: 'required' }));
    await ask(site);
    expect((await show()).plan).toMatchObject({ maxSessionDuration: nowThen(3600, 7200) });
  });

  test('that services act for the role, though it waits since yesterday', async () => {
    world.redeploy((content) =>
      Object.assign(content, {
        approval: 'required',
        ownership: 'named',
        actsThrough: 'It can do whatever the site can.',
      }),
    );
    await ask(site);
    const { plan, warnings } = (await show()) as Record<string, Body>;
    expect([plan?.warnings, warnings]).toEqual(
      Array(2).fill([expect.stringContaining('whatever the site can')]),
    );
  });

  test('the UUID of an environment whose name could be mistaken, with its name in readable signs', async () => {
    const [uuid] = ['{46e5f6a4-8a5a-4a0a-b0c1-98a4d9f1c0ab}'];
    for (const [name, shown] of [
      ['Production ', '"Production "'],
      ['Prod\u200buction', 'Prod\\u{200b}uction'],
      ['\u202enoitcudorP', '\\u{202e}noitcudorP'],
      ['Prоduction', 'Prоduction'],
    ] as const) {
      world.bitbucket.environments.set('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}', [
        { uuid: asEnvironmentUuid(uuid), name },
      ]);
      const { warnings } = await ask(site, { environment: uuid }, '?dryRun=true');
      expect(warnings).toEqual([
        expect.stringContaining(`${shown} can be mistaken for another; its UUID is ${uuid}`),
      ]);
    }
  });

  test('in the answers to a decision', async () => {
    for (const verb of ['reject', 'approve']) {
      const { plan } = await ask(unowned);
      expect((await decide(verb, present(plan).hash)).plan).toEqual(plan);
    }
  });
});

describe('how the latest request was decided is on the grant', () => {
  const unowned = { bucket: 'foreign-site' };
  const by = { kind: 'person', id: approver.principal.id };

  test.each([
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ])('%s', async (verb, outcome) => {
    const { plan } = await ask(unowned);
    const answer = await decide(verb, present(plan).hash);
    const decision = { outcome, by, at: world.clock.instant(), reason: 'So be it' };
    expect([answer.decision, (await show()).decision]).toEqual([decision, decision]);
  });

  test('that it lapsed, by no one', async () => {
    world.configuration = configurationOf(configurationContent());
    await ask(unowned);
    world.clock.advance(400 * 3_600_000);
    await ask(site);
    const { decision } = (await show()) as { decision?: Body };
    expect(decision).toEqual({ outcome: 'lapsed', at: expect.any(String) });
  });

  test('and stays while the next request waits, and over a change that needs no decision', async () => {
    const { plan } = await ask(unowned);
    await decide('reject', present(plan).hash);
    await ask(unowned);
    expect(await show()).toMatchObject({ state: 'pending', decision: { outcome: 'rejected' } });
    await ask(site);
    expect(await show()).toMatchObject({ state: 'active', decision: { outcome: 'rejected' } });
    await ask({ bucket: 'shop-docs' });
    expect(await show()).toMatchObject({ decision: { outcome: 'rejected' } });
  });

  test('no grant has one that never needed a decision', async () => {
    await ask(site);
    expect(await show()).not.toHaveProperty('decision');
  });
});
