import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AccessRules } from '../../../../../domain/access/authorisation.ts';
import { repositoryAdmins } from '../../../../../domain/access/repository-admins.ts';
import { verifyChain } from '../../../../../domain/grants/event.ts';
import { streamBeside } from '../../../../../domain/grants/unreadable/revocation.ts';
import { GRANT_TAG } from '../../../../../domain/planning/role.ts';
import { reconcile } from '../../../../../domain/use-cases/reconcile.ts';
import { revokeGrant } from '../../../../../domain/use-cases/requests/revoke-grant.ts';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { BOUNDARY, DENY_ALL, type Fault } from '../../../../support/domain/fakes/iam.ts';
import {
  callerOfKind,
  codeOf,
  configurationContent,
  configurationOf,
  GRANT_ID,
  present,
  problemOf,
  ROLE_NAME,
  SHOP_PROJECT,
  shop,
  successOf,
  web,
} from '../../../../support/domain/samples.ts';
import { breakStream, writeNewer } from '../../../../support/domain/streams/broken-streams.ts';
import { asEpoch, asGrantId } from '../../../../support/identifiers.ts';

const BESIDE = streamBeside(GRANT_ID);
let world: World;
beforeEach(() => {
  world = new World();
});

/** How a stream can become one that cannot be read. */
const damages: [string, (texts: string[]) => string[]][] = [
  [
    'an event of a type that this version does not know',
    (texts) => alter(texts, 3, /"type":"\w+"/, '"type":"GrantBlessed"'),
  ],
  [
    'an event with a field that this version does not know',
    (texts) => alter(texts, 3, /"seq"/, '"more":1,"seq"'),
  ],
  ['an event that was altered', (texts) => alter(texts, 0, /"correlationId":"[^"]*"/, '"correlationId":"x"')],
  ['an event that is no JSON', (texts) => texts.map((text, n) => (n === 3 ? text.slice(0, -9) : text))],
  ['an event missing', (texts) => texts.filter((_, n) => n !== 2)],
  ['an event twice', (texts) => [...texts, present(texts[2])]],
  [
    'an id that grew beyond its length',
    (texts) => alter(texts, 1, /"id":"[^"]*"/, `"id":"${'i̇'.repeat(400)}"`),
  ],
];

const alter = (texts: string[], at: number, what: RegExp, by: string): string[] =>
  texts.map((text, n) => (n === at ? text.replace(what, by) : text));

/** An active grant whose stream is then damaged. */
async function damaged(damage: (texts: string[]) => string[]) {
  await world.request();
  const texts = present(world.log.streams.get(GRANT_ID));
  world.log.streams.set(GRANT_ID, damage(texts));
}

const beside = () => world.eventTypes(BESIDE);
const role = () => present(world.iam.role(ROLE_NAME));
const isOpen = () => JSON.stringify(role().trustPolicy).includes('Allow');

describe('a grant whose stream cannot be read', () => {
  test.each(damages)(
    'because of %s is revoked: its role admits nobody, and intent and outcome are beside it',
    async (_, damage) => {
      await damaged(damage);
      const answer = successOf(await world.revokeAny());
      expect(answer).toEqual({
        unreadable: true,
        grantId: GRANT_ID,
        revocation: { state: 'closed', role: expect.objectContaining({ name: ROLE_NAME, id: role().id }) },
      });
      expect(isOpen()).toBe(false);
      expect(role().boundaryArn).toBe(DENY_ALL);
      expect(await beside()).toEqual(['UnreadableRevocationRequested', 'UnreadableRoleDisabled']);
      expect(verifyChain(await world.log.load(BESIDE))).toBeUndefined();
      expect(unannouncedWrites(world.journal)).toEqual([]);
    },
  );

  test.each(damages)('because of %s is neither granted, changed, renewed nor approved', async (_, damage) => {
    await damaged(damage);
    const before = world.log.streams.get(GRANT_ID);
    for (const over of [{}, { parameters: { bucket: 'shop-other' } }, { expiresIn: 'PT9H' }]) {
      expect(codeOf(await world.request(over))).toBe('CONFLICT');
    }
    expect(codeOf(await world.approve({ planHash: 'f'.repeat(64) }))).toBe('CONFLICT');
    expect(world.log.streams.get(GRANT_ID)).toEqual(before);
    expect(await beside()).toEqual([]);
  });

  test('is revoked once: a second revoke, and two at the same time, write nothing more', async () => {
    await damaged(present(damages[0])[1]);
    await Promise.all([world.revokeAny(), world.revokeAny()]);
    const journal = world.journal.length;
    expect(successOf(await world.revokeAny())).toMatchObject({ revocation: { state: 'closed' } });
    expect(world.journal).toHaveLength(journal);
    expect((await beside()).filter((type) => type === 'UnreadableRoleDisabled')).toHaveLength(1);
  });

  test('is closed although no event of its stream is left in one piece, by the name that is in the rest', async () => {
    await damaged((texts) => texts.map((text) => text.slice(5)));
    expect(successOf(await world.revokeAny())).toMatchObject({ revocation: { state: 'closed' } });
    expect(isOpen()).toBe(false);
  });
});

describe('who may revoke what cannot be read', () => {
  /** A person whom the rules let revoke what acme/shop has, and nothing else. */
  const revokeAsSam = () => {
    const decide: AccessRules['decide'] = ({ resource }) => ({
      allowed: resource.repositoryUuid === shop.uuid,
      rule: 'shop-only',
    });
    const ports = { ...world.requestPorts, access: { ...world.requestPorts.access, decide } };
    const caller = callerOfKind('person', 'sam@acme.example');
    return revokeGrant(ports, GRANT_ID, { caller, correlationId: 'sam', entryPoint: 'http' });
  };

  test('where the stream still proves what the grant is: who may revoke a grant of that repository', async () => {
    await damaged(present(damages[0])[1]);
    expect(codeOf(await revokeAsSam())).toBe('ok');
  });

  describe('who administers the repository in Bitbucket', () => {
    const ACCOUNT = '{8a1d3f52-6c0e-4b7a-9f25-0d4c7e61a001}';
    const lin = callerOfKind('person', 'lin@acme.example');
    const revokeAsLin = () => {
      const admins = () => repositoryAdmins(world.configuration, world.bitbucket);
      const ports = { ...world.requestPorts, admins };
      return revokeGrant(ports, GRANT_ID, { caller: lin, correlationId: 'lin', entryPoint: 'http' });
    };
    beforeEach(() => {
      const people = [{ id: 'lin@acme.example', bitbucket: ACCOUNT }];
      world.configuration = configurationOf({ ...configurationContent(), people });
    });

    test.each(damages)(
      'where the stream still proves which one that is, because of %s',
      async (_, damage) => {
        world.bitbucket.repositoryAdmins.add(`${shop.uuid} ${ACCOUNT}`);
        await damaged(damage);
        expect(codeOf(await revokeAsLin())).toBe('ok');
        expect(isOpen()).toBe(false);
      },
    );

    test.each<[string, () => void]>([
      ['of another repository', () => world.bitbucket.repositoryAdmins.add(`${web.uuid} ${ACCOUNT}`)],
      ['of none', () => {}],
      [
        'of what nothing proves',
        () => {
          world.bitbucket.repositoryAdmins.add(`${shop.uuid} ${ACCOUNT}`);
          breakStream(world, (texts) =>
            texts.map((text) => text.replaceAll('"s3-static-site"', '"s3-artifacts"')),
          );
          present(world.grants.rows.get(GRANT_ID)?.projected).grant.request.intent.template.name =
            's3-artifacts';
        },
      ],
    ])('and nobody who is admin %s', async (_, change) => {
      await damaged(present(damages[0])[1]);
      change();
      expect(codeOf(await revokeAsLin())).toBe('GRANT_NOT_FOUND');
      expect(isOpen()).toBe(true);
    });
  });

  test.each<[string, AccessRules['decide']]>([
    [
      'by its project',
      ({ resource }) => ({ allowed: resource.projectUuid === SHOP_PROJECT.uuid, rule: 'project' }),
    ],
    [
      'by its workspace',
      ({ resource }) => ({ allowed: resource.workspaceUuid === shop.workspace.uuid, rule: 'workspace' }),
    ],
  ])('where a newer version has written to it: who may revoke the grant %s', async (_, decide) => {
    await world.request();
    await writeNewer(world);
    const ports = { ...world.requestPorts, access: { ...world.requestPorts.access, decide } };
    const caller = callerOfKind('person', 'sam@acme.example');
    const answer = await revokeGrant(ports, GRANT_ID, { caller, correlationId: 'sam', entryPoint: 'http' });
    expect(codeOf(answer)).toBe('ok');
    expect(isOpen()).toBe(false);
  });

  test('where nothing proves it: only who may revoke every grant', async () => {
    await damaged((texts) => texts.map((text) => text.replaceAll('"s3-static-site"', '"s3-artifacts"')));
    present(world.grants.rows.get(GRANT_ID)?.projected).grant.request.intent.template.name = 's3-artifacts';
    expect(codeOf(await revokeAsSam())).toBe('GRANT_NOT_FOUND');
    expect(await beside()).toEqual([]);
    expect(isOpen()).toBe(true);
    expect(codeOf(await world.revokeAny(GRANT_ID, platform))).toBe('ok');
  });

  test.each([
    ['a stranger', callerOfKind('person', 'mallory@acme.example')],
    ['a pipeline of the repository', pipelineOf(shop)],
  ])('never %s', async (_, caller) => {
    await damaged(present(damages[0])[1]);
    const missing = problemOf(await world.revokeAny(asGrantId(`gr_${'a'.repeat(26)}`), caller));
    const found = problemOf(await world.revokeAny(GRANT_ID, caller));
    expect({ ...found, detail: found.detail.replace(GRANT_ID, `gr_${'a'.repeat(26)}`) }).toEqual(missing);
    expect(await beside()).toEqual([]);
    expect(isOpen()).toBe(true);
  });
});

describe('IAM proves whose a role is', () => {
  test.each<[string, () => void]>([
    [
      'has the tag of another grant',
      () => {
        role().tags[GRANT_TAG] = `gr_${'b'.repeat(26)}`;
      },
    ],
    [
      'has no tag',
      () => {
        delete role().tags[GRANT_TAG];
      },
    ],
    [
      'is outside our path',
      () => {
        role().path = '/';
      },
    ],
  ])('a role of that name that %s is left as it is', async (_, change) => {
    await damaged(present(damages[0])[1]);
    change();
    world.clock.advance(1000);
    expect(successOf(await world.revokeAny())).toMatchObject({ revocation: { state: 'requested' } });
    world.clock.advance(61_000);
    expect(successOf(await world.revokeAny())).toMatchObject({ revocation: { state: 'nothing' } });
    expect(isOpen()).toBe(true);
    expect(role().boundaryArn).toBe(BOUNDARY);
  });

  test('a name in the stream that is no name of the grant’s role is not looked for', async () => {
    world.iam.handMade('rw-shop-billing-aaaaaaaaaaaa', {
      path: '/rolewright/',
      tags: { [GRANT_TAG]: GRANT_ID },
    });
    await damaged((texts) => texts.map((text) => text.replaceAll(ROLE_NAME, 'rw-shop-billing-aaaaaaaaaaaa')));
    world.clock.advance(61_000);
    await world.revokeAny();
    world.clock.advance(61_000);
    expect(successOf(await world.revokeAny())).toMatchObject({ revocation: { state: 'nothing' } });
  });
});

describe('the revoke of an unreadable grant survives', () => {
  const effects: Fault['effect'][] = ['unavailable', 'lostReply', 'dieBefore', 'dieAfter'];
  const points = (['findRole', 'putTrustPolicy', 'putBoundary'] as const).flatMap((action) =>
    effects.map((effect) => [effect, action] as const),
  );

  test.each(points)('%s at %s: the reconciler finishes it, and looks again later', async (effect, action) => {
    await damaged(present(damages[0])[1]);
    world.iam.fault(action, { effect } as Fault);
    await world.revokeAny();
    for (let minutes = 0; minutes < 12; minutes += 1) {
      world.clock.advance(120_000);
      await reconcile(
        { ...world.requestPorts, worker: world.worker, reportFailure: () => {}, reportStopped: () => {} },
        { correlationId: 'pass', deadline: asEpoch(world.clock.now() + 60_000) },
      );
    }
    expect(isOpen()).toBe(false);
    expect(role().boundaryArn).toBe(DENY_ALL);
    expect(await beside()).toEqual(['UnreadableRevocationRequested', 'UnreadableRoleDisabled']);
    const due = await world.grants.listDue(world.clock.instant(), 9);
    expect(due.map(({ grantId }) => grantId)).not.toContain(BESIDE);
    expect(unannouncedWrites(world.journal)).toEqual([]);
  });
});
