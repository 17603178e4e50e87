import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { explainRoutes } from '../../../../handlers/http/routes/explain.ts';
import { platform, World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID } from '../../../support/domain/samples.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes } from '../../../support/handlers/served.ts';

const stranger: Caller = { principal: { kind: 'person', id: 'sam@acme.example' }, groups: [] };
const TOKEN = 'the-token-of-a-step';
let served: Served;
let read: string[];

beforeEach(async () => {
  const world = new World();
  await world.request();
  read = [];
  const stepTokens = {
    async read(token: string) {
      read.push(token);
      return { kind: 'unreadable' as const };
    },
  };
  served = serveRoutes(explainRoutes({ ...world.requestPorts, stepTokens }), {
    ada: platform,
    sam: stranger,
  });
});

const explain = (json: unknown, as = 'ada') => served.send('POST', '/v1/explain', { as, json });

describe('POST /v1/explain', () => {
  test('answers 200 with a diagnosis of the claims, which are not verified', async () => {
    const reply = await explain({ grantId: GRANT_ID, claims: { sub: 'unknown' } });
    expect(reply.json).toMatchObject({ admitted: false, verified: false });
    expect(reply.json.code).toEqual(expect.any(String));
  });

  test('gives a token to its reader, and neither answers nor logs it', async () => {
    const reply = await explain({ grantId: GRANT_ID, token: TOKEN });
    expect([reply.status, read]).toEqual([200, [TOKEN]]);
    expect(reply.text + JSON.stringify(served.lines)).not.toContain(TOKEN);
  });

  test.each([
    ['neither a token nor claims', {}, ['/token']],
    ['both', { token: TOKEN, claims: {} }, ['/claims']],
    ['an id that is none', { grantId: 'unknown', claims: {} }, ['/grantId']],
  ])('for %s answers 400', async (_, over, pointers) => {
    expectProblem(await explain({ grantId: GRANT_ID, ...over }), 400, 'REQUEST_INVALID', pointers);
  });

  test('for a grant that the caller may not read answers 404, and reads no token', async () => {
    expectProblem(await explain({ grantId: GRANT_ID, token: TOKEN }, 'sam'), 404, 'GRANT_NOT_FOUND');
    expect(read).toEqual([]);
  });
});
