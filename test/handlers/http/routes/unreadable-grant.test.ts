import { beforeEach, describe, expect, test } from '@jest/globals';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import { revocationRoutes } from '../../../../handlers/http/routes/revocations.ts';
import { platform, World } from '../../../support/domain/fakes/fakes.ts';
import { callerOfKind, GRANT_ID, present, ROLE_ARN } from '../../../support/domain/samples.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';

let world: World;
let served: Served;

beforeEach(async () => {
  world = new World();
  served = serveRoutes(
    [
      ...grantRoutes({ ...world.requestPorts, ...testCursors(world.clock) }),
      ...revocationRoutes(world.requestPorts),
    ],
    {
      ada: platform,
      sam: callerOfKind('person', 'sam@acme.example'),
    },
  );
  await world.request();
  const texts = present(world.log.streams.get(GRANT_ID));
  world.log.streams.set(GRANT_ID, [...texts.slice(0, -1), '{"type":"GrantBlessed"}']);
});

const revoke = (as: string) => served.send('DELETE', `/v1/grants/${GRANT_ID}`, { as });

describe('DELETE of a grant whose events cannot be read', () => {
  test('is 200 once its role is closed, and says so again', async () => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await revoke('ada')).toMatchObject({
        status: 200,
        json: {
          id: GRANT_ID,
          unreadable: true,
          access: 'closed',
          role: { arn: ROLE_ARN },
          notice: expect.any(String),
        },
      });
    }
  });

  test('is 202 with its location while IAM is away', async () => {
    world.iam.fault('findRole', { effect: 'unavailable' });
    const reply = await revoke('ada');
    expect(reply).toMatchObject({ status: 202, json: { access: 'closing' } });
  });

  test('is GRANT_NOT_FOUND for who may not revoke it', async () => {
    expect(await revoke('sam')).toMatchObject({ status: 404, json: { code: 'GRANT_NOT_FOUND' } });
  });
});
