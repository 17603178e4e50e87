import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ROOT } from '../../support/arch/infrastructure.ts';

/** The hub of the sandbox's configuration, and a role of it. */
const HUB = '111122223333';
const roleAt = (path: string, account = HUB) => ({ arn: `arn:aws:iam::${account}:role${path}rw-shop-x` });

let server: Server;
let dir: string;
let grants: object[];
let revoked: string[];
let readsEveryGrant: boolean | undefined;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rolewright-revoke-'));
  [grants, revoked, readsEveryGrant] = [[], [], true];
  server = createServer(({ method, url = '' }, response) => {
    const answer = (): object => {
      if (method === 'DELETE') {
        revoked.push(url);
        return { state: 'revoked' };
      }
      if (url === '/v1/me?reach=true')
        return { kind: 'person', id: 'ada', ...(readsEveryGrant === undefined ? {} : { readsEveryGrant }) };
      return { items: url.includes('state=active') ? grants : [] };
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  rmSync(dir, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});

const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Runs the command against the API with stage and account typed. */
const revokeAll = (): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const args = ['--reason', 'closed', '--confirm', `sandbox ${HUB}`, '--receipt', join(dir, 'receipt')];
    const env = {
      ...process.env,
      ...{ ROLEWRIGHT_URL: origin(), ROLEWRIGHT_TOKEN: 't', ROLEWRIGHT_STAGE: 'sandbox' },
    };
    execFile(
      process.execPath,
      ['scripts/operations/revoke-all.ts', ...args],
      { cwd: ROOT, env },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });

const grantOf = (account: string, role?: object) => ({
  id: 'gr_1',
  state: 'active',
  account: { alias: 'x', id: account },
  ...(role ? { role } : {}),
});

describe('revoke:all', () => {
  test('revokes the grants of the stage that was typed', async () => {
    grants = [grantOf(HUB, roleAt('/rolewright/'))];
    expect(await revokeAll()).toMatchObject({ code: 0, out: expect.stringContaining('1 ended, 0 not yet') });
    expect(revoked).toEqual(['/v1/grants/gr_1']);
  });

  test.each([
    [
      'an account that the configuration of the stage does not have',
      () => grantOf('730335287361', roleAt('/rolewright/', '730335287361')),
    ],
    ['a role at the path of another stage', () => grantOf(HUB, roleAt('/rolewright/prod-eu/'))],
  ])('revokes nothing where the API answers with %s, and says which API', async (_, foreign) => {
    grants = [grantOf(HUB), foreign()];
    const { code, err } = await revokeAll();
    expect([code, revoked]).toEqual([1, []]);
    expect(err).toContain(`Nothing was revoked: what ${origin()} answered is not of stage sandbox`);
  });

  test('says that nothing is left only to who may read every grant', async () => {
    expect(await revokeAll()).toMatchObject({ code: 0, err: '' });
    for (const partial of [false, undefined]) {
      readsEveryGrant = partial;
      expect(await revokeAll()).toMatchObject({
        code: 1,
        err: expect.stringContaining('others may be left'),
      });
    }
  });

  test('revokes what a caller of some grants may see, and does not end as if that were all', async () => {
    [grants, readsEveryGrant] = [[grantOf(HUB)], false];
    expect(await revokeAll()).toMatchObject({ code: 1, out: expect.stringContaining('1 ended, 0 not yet') });
    expect(revoked).toEqual(['/v1/grants/gr_1']);
  });
});
