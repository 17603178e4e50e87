import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Caller } from '../../../domain/shared/principal.ts';
import { prepareRequest } from '../../../domain/use-cases/requests/prepare-request.ts';
import { composeCore, composeRequests } from '../../../handlers/composition/compose.ts';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { armFault, callsOf, useAwsEnvironment } from '../../support/adapters/environment.ts';
import { codeOf } from '../../support/domain/samples.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LOOK_UP = '/2.0/workspaces';
let dir: string;
let bitbucket: BitbucketSandbox;

beforeAll(async () => {
  useAwsEnvironment({});
  dir = mkdtempSync(join(tmpdir(), 'repository-admins-'));
  bitbucket = await startBitbucketSandbox({ port: 0, dir });
  await sandbox('PUT', 'permissions', { repository: 'acme/shop', account: 'mallory', permission: 'admin' });
});

afterAll(async () => {
  await bitbucket.close();
  rmSync(dir, { recursive: true });
});

beforeEach(() => sandbox('DELETE', 'calls'));
afterEach(() => sandbox('DELETE', 'faults'));

const sandbox = (method: string, path: string, body?: object) =>
  fetch(`${bitbucket.url}/sandbox/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });

/** What the functions that take requests are composed of, with the switch in one position. */
function composed(isOn: boolean) {
  const file = join(dir, 'config.yaml');
  const text = readFileSync(join(ROOT, 'sandbox/config.yaml'), 'utf8');
  expect(text).toContain('repositoryAdmins: false');
  writeFileSync(file, text.replace('repositoryAdmins: false', `repositoryAdmins: ${isOn}`));
  const names = {
    EVENTS_TABLE: 'events',
    GRANTS_TABLE: 'grants',
    CHECKPOINTS_TABLE: 'checkpoints',
    CLAIMS_TABLE: 'deliveries',
  };
  const functions = {
    PROVISIONER_FUNCTION: 'provisioner',
    WORKER_FUNCTION: 'worker',
    RECONCILER_FUNCTION: 'reconciler',
    FROZEN_PARAMETER: '/rolewright/test/frozen',
  };
  const variables = {
    BITBUCKET_CREDENTIALS: '{"acme":"sandbox-token-acme"}',
    BITBUCKET_ADMIN_CREDENTIALS: '{"acme":"sandbox-admin-token-acme"}',
    SANDBOX_BITBUCKET_URL: bitbucket.url,
  };
  return composeRequests(
    composeCore({
      source: { root: ROOT, configuration: file, access: 'sandbox/access', stage: 'sandbox' },
      variables: { ...names, ...functions, ...variables },
    }),
  );
}

const person = (name: string, ...groups: string[]): Caller => ({
  principal: { kind: 'person', id: `${name}@acme.example` },
  groups,
});
const ask = (isOn: boolean, caller: Caller, repository = 'acme/shop') => {
  const parameters = { bucket: `${repository.split('/')[1]}-site` };
  const request = { repository, template: 's3-static-site', parameters, name: 'default' };
  return prepareRequest(composed(isOn), request, caller);
};
const lookUps = async () =>
  (await callsOf(bitbucket.url)).filter(({ path }) => String(path).includes('/permissions/')).length;

test('as shipped, somebody with admin in Bitbucket is a stranger, and Bitbucket is asked nothing', async () => {
  expect(codeOf(await ask(false, person('mallory')))).toBe('DENIED');
  expect(await callsOf(bitbucket.url)).toEqual([]);
});

test('switched on, they may ask for their repository and no other, at one look-up each', async () => {
  expect(codeOf(await ask(true, person('mallory')))).toBe('ok');
  expect(await lookUps()).toBe(1);
  expect(codeOf(await ask(true, person('mallory'), 'acme/web'))).toBe('DENIED');
  expect(await lookUps()).toBe(2);
});

test('switched on, whom the rules decide about anyway costs no look-up', async () => {
  expect(codeOf(await ask(true, person('ada', 'platform')))).toBe('ok');
  expect(codeOf(await ask(true, person('nobody')))).toBe('DENIED');
  expect(await lookUps()).toBe(0);
});

test('switched on, a look-up that Bitbucket refuses is an error that says what the token lacks', async () => {
  await armFault(bitbucket.url, { match: LOOK_UP, effect: 'forbid' });
  await expect(ask(true, person('mallory'))).rejects.toMatchObject({
    code: 'DENIED',
    message: expect.stringMatching(/read:repository:bitbucket.*Give the credential admin/s),
  });
  await armFault(bitbucket.url, { match: LOOK_UP, effect: 'error', times: 3 });
  await expect(ask(true, person('mallory'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
