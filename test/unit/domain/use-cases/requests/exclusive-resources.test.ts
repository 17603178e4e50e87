import { beforeEach, describe, expect, test } from '@jest/globals';
import { parseTemplate, type Template } from '../../../../../domain/templates/template.ts';
import { pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import {
  codeOf,
  configurationContent,
  configurationOf,
  present,
  problemOf,
  SHOP_PROJECT,
  shop,
  successOf,
  web,
} from '../../../../support/domain/samples.ts';

const BUCKET = 'shop-terraform-state';
const state = (prefix = 'web', over: object = {}) => ({
  repository: 'acme/web',
  template: 'state',
  parameters: { bucket: BUCKET, prefix },
  ...over,
});
const site = (over: object = {}) => ({ parameters: { bucket: BUCKET }, ...over });

function stateTemplate(exclusive: unknown = { apart: 'prefix' }): Template {
  const content = {
    name: 'state',
    description: 'Keep state',
    parameters: {
      bucket: { type: 's3BucketName', description: 'Its bucket', exclusive },
      prefix: { type: 's3KeyPrefix', description: 'Its folder' },
    },
    requestableBy: ['person', 'service', 'pipeline'],
    statements: [
      {
        sid: 'State',
        actions: ['s3:PutObject'],
        resources: ['arn:{{aws.partition}}:s3:::{{bucket}}/{{prefix}}/*'],
        conditions: { StringEquals: { 'aws:ResourceAccount': '{{aws.accountId}}' } },
      },
    ],
  };
  const parsed = parseTemplate('state.yaml', content);
  if (!parsed.ok) throw new Error(parsed.problem.join('\n'));
  return parsed.value;
}

let world: World;
beforeEach(() => {
  world = new World();
  world.templates.set('state', stateTemplate());
  // Both repositories are of the project that owns the bucket.
  world.bitbucket.repositories = [shop, { ...web, project: SHOP_PROJECT }];
  const content = configurationContent();
  Object.assign(content.ownership[0] as object, {
    owns: { any: ['shop-*', 'shop', 'web', 'web/*', 'web/*/*'] },
  });
  world.configuration = configurationOf(content);
});

const grantOf = (answer: Awaited<ReturnType<World['request']>>) => {
  const value = successOf(answer);
  if (!('grant' in value)) throw new Error('a grant was expected');
  return value;
};

describe('a request that reaches what a grant of another repository uses exclusively', () => {
  test('waits for approval, and its plan and dry run say which grant that is', async () => {
    const holder = grantOf(await world.request(state())).grant;
    const dry = successOf(await world.request(site(), platform, { dryRun: true }));
    const { outcome, grant, plan } = grantOf(await world.request(site()));
    expect([outcome, grant.state]).toEqual(['accepted', 'pending']);
    const warning = `bucket ${BUCKET} is used exclusively by grant ${holder.id} of another repository`;
    for (const shown of [plan, 'planned' in dry ? dry.planned.plan : undefined]) {
      expect(shown).toMatchObject({
        requiresApproval: true,
        approvalReasons: [`/parameters/${warning}`.replace('bucket ', 'bucket: ')],
      });
      expect(shown?.warnings).toContain(warning);
      expect(JSON.stringify(shown)).not.toContain('acme/web');
    }
    expect(codeOf(await world.approve({}, undefined, grant.id))).toBe('ok');
    expect((await world.grantNow(grant.id)).state).toBe('active');
  });

  test('is refused a pipeline, and nothing is written', async () => {
    await world.request(state());
    const refusal = problemOf(await world.request(site(), pipelineOf(shop)));
    expect([refusal.code, await world.eventTypes()]).toEqual(['DENIED', []]);
    expect(world.denials.at(-1)?.rule).toBe('pipeline-without-approval');
  });

  describe('of the pipeline’s own repository', () => {
    const own = (over: object = {}) => state('shop', { repository: 'acme/shop', ...over });

    test.each<[string, object]>([
      ['repository-wide', {}],
      ['of an environment', { environment: 'Production' }],
      ['that was kept apart by a folder', { parameters: { bucket: BUCKET, prefix: 'shop/production' } }],
    ])(
      'is refused a pipeline as well, beside a grant %s: any branch could rewrite the state',
      async (_, over) => {
        const holder = grantOf(await world.request(own(over))).grant;
        for (const context of [{ dryRun: true }, {}]) {
          const refusal = problemOf(await world.request(site(), pipelineOf(shop), context));
          expect(refusal).toMatchObject({
            code: 'DENIED',
            detail: expect.stringContaining(
              `${BUCKET} is used exclusively by grant ${holder.id} of this repository`,
            ),
          });
        }
        expect(world.denials.at(-1)?.rule).toBe('pipeline-without-approval');
        expect(await world.eventTypes()).toEqual([]);
      },
    );

    test('is refused as a change, too', async () => {
      await world.request({ parameters: { bucket: 'shop-site' } }, pipelineOf(shop));
      await world.request(own());
      expect(codeOf(await world.request(site(), pipelineOf(shop)))).toBe('DENIED');
    });

    test('is not made by the provisioner where the edge has not seen it', async () => {
      const of = world.reservations.of.bind(world.reservations);
      await world.request(own());
      const unseen = [[]];
      world.reservations.of = async (resource) => unseen.pop() ?? of(resource);
      expect(codeOf(await world.request(site(), pipelineOf(shop)))).toBe('PLAN_CHANGED');
      expect(world.roleText()).toBe('null');
    });

    test('stays what a person has made it, and a pipeline may repeat that', async () => {
      await world.request(own());
      expect(grantOf(await world.request(site())).grant.state).toBe('active');
      expect(grantOf(await world.request(site(), pipelineOf(shop))).outcome).toBe('unchanged');
    });

    test('is a pipeline’s where its own template uses the resource exclusively, too', async () => {
      const content = configurationContent();
      Object.assign(content.ownership[0] as object, {
        owns: { any: ['shop-*', 'shop', 'shop/*'] },
        pipeline: ['shop-*', 'shop', 'shop/*'],
      });
      world.configuration = configurationOf(content);
      await world.request(own());
      const second = own({ name: 'second', parameters: { bucket: BUCKET, prefix: 'shop/second' } });
      expect(grantOf(await world.request(second, pipelineOf(shop))).grant.state).toBe('active');
    });
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'while that waits for approval itself',
      async () => {
        world.templates.set('state', { ...stateTemplate(), approval: 'required' });
        await world.request(state());
      },
    ],
    [
      'once that was revoked',
      async () => {
        const { grant } = grantOf(await world.request(state()));
        await world.revoke(grant.id);
      },
    ],
    [
      'once that uses another bucket',
      async () => {
        await world.request(state());
        await world.request(state('web', { parameters: { bucket: 'shop-elsewhere', prefix: 'web' } }));
      },
    ],
    ['of the same repository', () => world.request(state('shop', { repository: 'acme/shop' }))],
    [
      'in another bucket',
      () => world.request(state('web', { parameters: { bucket: 'shop-elsewhere', prefix: 'web' } })),
    ],
  ])('does not wait %s', async (_, before) => {
    await before();
    expect(grantOf(await world.request(site())).grant.state).toBe('active');
  });

  test('waits as a change, too, and not where it is no wider', async () => {
    await world.request({ parameters: { bucket: 'shop-site' } });
    await world.request(state());
    expect(grantOf(await world.request(site())).outcome).toBe('accepted');
  });

  test('of the same template waits only where the two are not kept apart', async () => {
    await world.request(state('web/production'));
    const own = (prefix: string) =>
      state(prefix, { repository: 'acme/shop', name: prefix.replaceAll('/', '-') });
    const states = [];
    for (const prefix of [
      'shop',
      'web/staging',
      'web/production-2',
      'web',
      'web/production',
      'web/production/eu',
    ]) {
      states.push(grantOf(await world.request(own(prefix))).grant.state);
      world.configuration = {
        ...world.configuration,
        limits: { ...world.configuration.limits, liveGrantsPerRepository: 9 },
      };
    }
    expect(states).toEqual(['active', 'active', 'active', 'pending', 'pending', 'pending']);
  });

  test('waits whatever keeps others apart where the template says exclusive: true', async () => {
    world.templates.set('state', stateTemplate(true));
    await world.request(state('web'));
    const other = state('shop', { repository: 'acme/shop' });
    expect(grantOf(await world.request(other)).grant.state).toBe('pending');
  });

  test('is not made by the provisioner where the edge has not seen it', async () => {
    const hidden = {
      ...world.reservations,
      of: async () => [],
      reserve: async () => {},
      release: async () => {},
    };
    await world.request(state());
    const [events, { requestPorts }] = [world.eventTypes, world];
    const { requestGrant } = await import('../../../../../domain/use-cases/requests/request-grant.ts');
    const request = { repository: 'acme/shop', template: 's3-static-site', name: 'default', ...site() };
    const context = { caller: platform, correlationId: 'forged', entryPoint: 'http' as const, dryRun: false };
    const answer = await requestGrant({ ...requestPorts, reservations: hidden }, request, context);
    expect(problemOf(answer)).toMatchObject({
      code: 'PLAN_CHANGED',
      detail: expect.stringMatching(/used exclusively/),
    });
    expect((await events.call(world)).at(-1)).toBe('ProvisioningFailed');
    expect(world.roleText()).toBe('null');
  });

  test('waits also where the holder’s stream is broken: that proves nothing', async () => {
    const { grant } = grantOf(await world.request(state()));
    const [first = '', ...rest] = present(world.log.streams.get(grant.id));
    world.log.streams.set(grant.id, [first.replace(BUCKET, 'shop-other'), ...rest]);
    expect(grantOf(await world.request(site())).grant.state).toBe('pending');
  });
});

describe('a reservation', () => {
  const items = () => [...world.reservations.items].flatMap(([id, texts]) => (texts.size > 0 ? [id] : []));

  test('is made before the role, once, and taken back at the revoke and when a change leaves the resource', async () => {
    const { grant } = grantOf(await world.request(state()));
    await world.request(state());
    expect(items()).toEqual([`holds#111122223333#s3BucketName#${BUCKET}`]);
    await world.request(state('web', { parameters: { bucket: 'shop-elsewhere', prefix: 'web' } }));
    expect(items()).toEqual(['holds#111122223333#s3BucketName#shop-elsewhere']);
    await world.revoke(grant.id);
    expect(items()).toEqual([]);
  });

  const other = state('web', { parameters: { bucket: 'shop-elsewhere', prefix: 'web' } });

  test.each<[string, () => Promise<unknown>]>([
    [
      'of a grant that fails with nothing made',
      async () => {
        world.iam.fault('createRole', { effect: 'refuse', code: 'DENIED' });
        await world.request(state());
      },
    ],
    [
      'of a grant whose role is removed again',
      async () => {
        world.iam.fault('putPermissionsPolicy', { effect: 'refuse' });
        await world.request(state());
      },
    ],
    [
      'of a grant that is one too many',
      async () => {
        const limits = { ...world.configuration.limits, liveGrantsPerRepository: 1 };
        world.configuration = { ...world.configuration, limits };
        await world.request(other);
        await Promise.all([1, 2].map((n) => world.request(state('web', { name: `n${n}` }))));
      },
    ],
    [
      'of a change that comes to nothing',
      async () => {
        await world.request(other);
        world.iam.fault('putPermissionsPolicy', { effect: 'refuse' });
        await world.request(state());
      },
    ],
    [
      'of a change during which the grant is revoked',
      async () => {
        const { grant } = grantOf(await world.request(other));
        world.iam.fault('putPermissionsPolicy', { effect: 'unavailable' });
        await world.request(state());
        await world.revoke(grant.id);
        await world.resume();
      },
    ],
  ])('%s is taken back: nothing that failed fills the resource’s item', async (_, before) => {
    await before();
    expect(items()).not.toContain(`holds#111122223333#s3BucketName#${BUCKET}`);
  });

  test('is there before IAM is written, so that a role never reaches what is not reserved', async () => {
    const reserve = world.reservations.reserve.bind(world.reservations);
    const writes: number[] = [];
    world.reservations.reserve = async (...asked) => {
      writes.push(world.iamWrites().length);
      return reserve(...asked);
    };
    await world.request(state());
    expect(writes).toEqual([0]);
  });

  test('of two repositories that ask at the same moment at least one does not get a role unseen', async () => {
    world.templates.set('state', stateTemplate(true));
    const answers = await Promise.all([
      world.request(state('web')),
      world.request(state('shop', { repository: 'acme/shop' })),
    ]);
    const active = answers.filter(
      (one) => one.ok && 'grant' in one.value && one.value.grant.state === 'active',
    );
    expect(active.length).toBeLessThan(2);
  });
});

test('a template whose apart is no other required parameter with one value does not load', () => {
  for (const apart of ['bucket', 'nothing']) expect(() => stateTemplate({ apart })).toThrow(/apart names/);
});
