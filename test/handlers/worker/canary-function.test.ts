import { beforeEach, describe, expect, test } from '@jest/globals';
import type { GrantDocuments } from '../../../domain/grants/grant.ts';
import type { Measures } from '../../../domain/messaging/metrics.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import type { ReadRole } from '../../../domain/use-cases/canary/role-reader.ts';
import { canaryFunction } from '../../../handlers/worker/canary-function.ts';
import { World } from '../../support/domain/fakes/fakes.ts';

const arnIn = (account: string) => `arn:aws:lambda:eu-central-1:${account}:function:rolewright-prod-canary`;
const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';

let world: World;
let measured: Measures[];
let lines: object[];
beforeEach(async () => {
  world = new World();
  measured = [];
  lines = [];
  await world.request();
  world.clock.advance(300_000);
});

/** The role as IAM has it. */
async function ownRole(): Promise<ReadRole> {
  const { role, documents } = (await world.grantNow()) as {
    role?: { id?: string };
    documents?: GrantDocuments;
  };
  return { id: role?.id ?? '', trustPolicy: documents?.trustPolicy };
}

const invoke = ({
  findRole = ownRole as () => Promise<ReadRole | undefined>,
  account = '111122223333',
  isOnLambda = false,
} = {}) =>
  canaryFunction(
    {
      ...world.requestPorts,
      roles: { findRole, findProvider: async () => ({ clientIds: [AUDIENCE] }) },
      random: () => 0,
      installation: { frozenNow: async () => undefined },
      logger: { error: (_: string, line: object) => void lines.push(line) } as never,
      metrics: { put: (measures: Measures) => void measured.push(measures) },
      isOnLambda,
    },
    { invokedFunctionArn: arnIn(account) },
  );

describe('a run of the canary', () => {
  test('measures that nothing is wrong: its silence is an alarm', async () => {
    expect(await invoke()).toMatchObject({ isAsItShouldBe: true });
    expect([measured, lines]).toEqual([[{ CanaryRolesWrong: 0, CanaryChecksFailed: 0 }], []]);
  });

  test('counts a role that is wrong apart from what cannot be looked at, and names it in a line', async () => {
    const open = async () => ({
      ...(await ownRole()),
      trustPolicy: { Version: '2012-10-17', Statement: [] },
    });
    expect(await invoke({ findRole: open })).toMatchObject({ isAsItShouldBe: false });
    world.bitbucket.outage = new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket is away.');
    await invoke({
      findRole: async () => {
        throw new PortError('IAM', 'THROTTLED', 'IAM is busy.');
      },
    });
    expect(measured).toEqual([
      { CanaryRolesWrong: 1, CanaryChecksFailed: 0 },
      { CanaryRolesWrong: 0, CanaryChecksFailed: 2 },
    ]);
    const { id: grantId } = await world.grantNow();
    expect(lines).toMatchObject([
      { finding: { check: 'role', outcome: 'failed', grantId } },
      { finding: { check: 'role', outcome: 'broken', detail: 'IAM is busy.' } },
      { finding: { check: 'bitbucket', outcome: 'broken', detail: 'Bitbucket is away.' } },
    ]);
  });

  test('in another account than the hub measures nothing, and fails visibly on Lambda alone', async () => {
    expect(await invoke({ account: '999999999999' })).toEqual({ error: 'the canary stopped' });
    await expect(invoke({ account: '999999999999', isOnLambda: true })).rejects.toThrow('wrong place');
    expect(measured).toEqual([]);
  });
});
