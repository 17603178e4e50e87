import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { apiClient } from '../../scripts/api-client.ts';
import { type ScriptedServer, startScriptedServer } from '../support/adapters/http-server.ts';

let api: ScriptedServer;
beforeEach(async () => {
  api = await startScriptedServer();
  api.script({ status: 200, body: '{"items":[]}' });
});
afterEach(() => api.close());

test('a command calls the API that is named, with the token that is for it', async () => {
  const call = await apiClient({ ROLEWRIGHT_URL: `${api.url}/`, ROLEWRIGHT_TOKEN: 'mine' });
  expect(await call('GET', '/v1/grants')).toEqual({ items: [] });
});

test('a token without the API that it is for is refused, and sent nowhere', async () => {
  const variables = { ROLEWRIGHT_TOKEN: 'mine', ROLEWRIGHT_PORT: new URL(api.url).port };
  await expect(apiClient(variables)).rejects.toThrow('Set ROLEWRIGHT_URL as well');
  expect(api.requests).toEqual([]);
});
