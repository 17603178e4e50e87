import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RepositoryNotShown } from '../../../../../domain/bitbucket/port.ts';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import type { Caller } from '../../../../../domain/shared/principal.ts';
import type { RequestAnswer } from '../../../../../domain/use-cases/requests/outcome.ts';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { pipelineOf, World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY } from '../../../../support/domain/fakes/iam.ts';
import {
  codeOf,
  GLOBEX,
  GRANT_ID,
  problemOf,
  production,
  shop,
  staging,
  successOf,
  web,
} from '../../../../support/domain/samples.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const grantOf = (answer: RequestAnswer) => {
  if (!('grant' in answer)) throw new Error('a grant was expected, not a dry run');
  return answer.grant;
};
describe('a refused request writes nothing:', () => {
  const stranger: Caller = { principal: { kind: 'person', id: 'mallory' }, groups: [] };

  test.each<[string, string, Parameters<World['request']>]>([
    ['a caller whom no rule allows', 'DENIED', [{}, stranger]],
    [
      'a caller whom no rule allows, for what does not exist',
      'DENIED',
      [{ template: 'nope', repository: 'acme/nope' }, stranger],
    ],
    ['an unknown template', 'TEMPLATE_NOT_FOUND', [{ template: 'nope' }]],
    ['a template that objects inherit', 'TEMPLATE_NOT_FOUND', [{ template: 'constructor' }]],
    ['an unknown account', 'ACCOUNT_NOT_FOUND', [{ account: '999999999999' }]],
    ['a parameter outside its type', 'PARAMETERS_INVALID', [{ parameters: { bucket: 'shop-*' } }]],
    [
      'a bad parameter before an unknown repository',
      'PARAMETERS_INVALID',
      [{ parameters: {}, repository: 'acme/nope' }],
    ],
    ['an unknown repository', 'REPOSITORY_NOT_FOUND', [{ repository: 'acme/nope' }]],
    [
      'an unknown repository UUID',
      'REPOSITORY_NOT_FOUND',
      [{ repository: '{00000000-0000-4000-8000-00000000000a}' }],
    ],
    ['a workspace that is not configured', 'WORKSPACE_NOT_CONFIGURED', [{ repository: 'initech/shop' }]],
    ['an unknown environment', 'ENVIRONMENT_NOT_FOUND', [{ environment: 'Nope' }]],
    ['an environment in another case', 'ENVIRONMENT_NOT_FOUND', [{ environment: 'production' }]],
    [
      "a pipeline's request for a name that nobody owns",
      'NOT_OWNED',
      [{ parameters: { bucket: 'web-site' } }, pipelineOf(shop)],
    ],
    ['a plan that is no longer the one that was shown', 'PLAN_CHANGED', [{ planHash: 'a'.repeat(64) }]],
  ])('%s is %s', async (_, code, [over, caller]) => {
    expect(codeOf(await world.request(over, caller))).toBe(code);
    expect([world.journal, world.grants.rows.size]).toEqual([[], 0]);
  });

  test('a workspace whose slug now belongs to another is WORKSPACE_NOT_CONFIGURED', async () => {
    world.bitbucket.repositories = [{ ...shop, workspace: { slug: 'acme', uuid: GLOBEX.uuid } }];
    expect(codeOf(await world.request())).toBe('WORKSPACE_NOT_CONFIGURED');
  });

  describe('a repository that no workspace shows, of which one has credentials of projects only,', () => {
    const partly = new RepositoryNotShown('no proof of its absence');
    const inWorkspaces = (acme: PortError, globex?: PortError) => {
      const failures = new Map([['acme', acme], ...(globex ? [['globex', globex] as const] : [])]);
      world.bitbucket.findRepository = async ({ slug }) => {
        const failure = failures.get(slug);
        if (failure) throw failure;
        return undefined;
      };
    };
    const down = new PortError('Bitbucket', 'UNAVAILABLE', 'down');

    test('is REPOSITORY_NOT_FOUND, and no absence is claimed', async () => {
      inWorkspaces(partly);
      for (const repository of ['acme/shopp', shop.uuid]) {
        const problem = problemOf(await world.request({ repository }));
        expect([problem.code, problem.detail]).toEqual(['REPOSITORY_NOT_FOUND', 'no proof of its absence']);
      }
    });

    test.each([
      [partly, down],
      [down, partly],
    ])('is no fault of the caller where another workspace cannot be read (%#)', async (acme, globex) => {
      inWorkspaces(acme, globex);
      await expect(world.request({ repository: shop.uuid })).rejects.toThrow('down');
    });
  });

  test('an environment called * is REQUEST_INVALID where its name would be used', async () => {
    world.bitbucket.environments.set(shop.uuid, [{ ...production, name: '*' }]);
    world.redeploy((content) => {
      content.scope = 'environment';
      content.statements.push({
        sid: 'E',
        actions: ['s3:GetObject'],
        resources: ['arn:aws:s3:::{{bucket}}/{{environment.name}}/*'],
      });
    });
    const problem = problemOf(await world.request({ environment: '*' }));
    expect(problem).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ pointer: '/environment' }] });
    expect(world.journal).toEqual([]);
  });

  test('a template for environments only is REQUEST_INVALID without one', async () => {
    world.redeploy((content) => Object.assign(content, { scope: 'environment' }));
    expect(problemOf(await world.request())).toMatchObject({
      code: 'REQUEST_INVALID',
      errors: [{ pointer: '/environment' }],
    });
  });

  test('the grant after the last allowed one is QUOTA_EXCEEDED, and a revoke makes room', async () => {
    for (const name of ['one', 'two', 'three'])
      expect(successOf(await world.request({ name })).outcome).toBe('created');
    const before = world.story();
    expect(codeOf(await world.request({ name: 'four' }))).toBe('QUOTA_EXCEEDED');
    expect(world.story()).toEqual(before);
    expect(successOf(await world.request({ name: 'three' })).outcome).toBe('unchanged');
    const third = grantOf(successOf(await world.request({ name: 'three' })));
    await world.revoke(third.id);
    expect(successOf(await world.request({ name: 'four' })).outcome).toBe('created');
  });

  test('the pending request after the last allowed grant is QUOTA_EXCEEDED, too', async () => {
    world.redeploy((content) => Object.assign(content, { approval: 'required' }));
    for (const name of ['one', 'two', 'three']) {
      expect(successOf(await world.request({ name })).outcome).toBe('accepted');
    }
    expect(codeOf(await world.request({ name: 'four' }))).toBe('QUOTA_EXCEEDED');
  });
});

describe('a pipeline', () => {
  test('gets the grant of its own repository', async () => {
    expect(successOf(await world.request({}, pipelineOf(shop))).outcome).toBe('created');
  });

  test('gets the grant of the environment that it runs in, by name or UUID', async () => {
    const inProduction = pipelineOf(shop, production.uuid);
    expect(successOf(await world.request({ environment: 'Production' }, inProduction)).outcome).toBe(
      'created',
    );
    expect(successOf(await world.request({ environment: production.uuid }, inProduction)).outcome).toBe(
      'unchanged',
    );
  });

  test.each<[string, Parameters<World['request']>[0], Caller]>([
    ['another repository of its workspace', { repository: 'acme/web' }, pipelineOf(shop)],
    ['another repository by UUID', { repository: web.uuid }, pipelineOf(shop)],
    ['a repository that does not exist', { repository: 'acme/nope' }, pipelineOf(shop)],
    [
      'a UUID that does not exist',
      { repository: '{00000000-0000-4000-8000-00000000000a}' },
      pipelineOf(shop),
    ],
    ['another workspace', { repository: 'globex/shop' }, pipelineOf(shop)],
    ['a workspace that is not configured', { repository: 'initech/shop' }, pipelineOf(shop)],
    ['an environment from outside one', { environment: 'Production' }, pipelineOf(shop)],
    ['an environment that does not exist', { environment: 'Nope' }, pipelineOf(shop, production.uuid)],
    ['another environment', { environment: 'Staging' }, pipelineOf(shop, production.uuid)],
    ['another environment by UUID', { environment: staging.uuid }, pipelineOf(shop, production.uuid)],
    ['the whole repository from inside an environment', {}, pipelineOf(shop, production.uuid)],
  ])('is denied %s in the same words, whether it exists or not', async (_, over, caller) => {
    const problem = problemOf(await world.request(over, caller));
    const known = problemOf(await world.request({ repository: 'acme/web' }, pipelineOf(shop)));
    expect(problem).toEqual(known);
    expect(problem.code).toBe('DENIED');
    expect(world.denials).toHaveLength(2);
    expect(world.journal).toEqual([]);
  });

  test('is denied a template that does not list pipelines or needs approval', async () => {
    world.redeploy((content) => Object.assign(content, { requestableBy: ['person'] }));
    expect(codeOf(await world.request({}, pipelineOf(shop)))).toBe('DENIED');
    world.redeploy((content) => Object.assign(content, { approval: 'required' }));
    expect(codeOf(await world.request({}, pipelineOf(shop)))).toBe('DENIED');
    expect(world.journal).toEqual([]);
  });

  test('never revokes, and does not learn of grants that it may not read', async () => {
    await world.request();
    expect(codeOf(await world.revoke(GRANT_ID, pipelineOf(shop)))).toBe('DENIED');
    expect(codeOf(await world.revoke(GRANT_ID, pipelineOf(web)))).toBe('GRANT_NOT_FOUND');
    expect(codeOf(await world.revoke(GRANT_ID, pipelineOf(shop, production.uuid)))).toBe('GRANT_NOT_FOUND');
    expect(world.theRole().boundaryArn).toBe(BOUNDARY);
  });
});
