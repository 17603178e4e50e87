import { describe, expect, test } from '@jest/globals';
import { examples } from '../../../scripts/openapi/examples.ts';
import { confirmationOf, isConfirmed } from '../../../scripts/operations/confirmation.ts';
import {
  installationOf,
  liveGrants,
  type Revocation,
  revokeEach,
  summaryOf,
} from '../../../scripts/operations/revoke-all.ts';

type Answer = Record<string, unknown> | Error;

/** The API: pages of lists by their query, and answers to revokes by the grant's id. */
function api(pages: Record<string, Answer>, revokes: Record<string, Answer> = {}) {
  const bodies: unknown[] = [];
  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    if (method === 'DELETE') bodies.push(body);
    const answer =
      method === 'GET' ? (pages[path] ?? { items: [] }) : revokes[path.replace('/v1/grants/', '')];
    if (answer instanceof Error) throw answer;
    return answer ?? { state: 'revoked' };
  };
  return { call, bodies };
}

const item = (id: string, state: string, account = '111122223333') => ({
  id,
  state,
  account: { alias: 'default', id: account },
  repository: { fullName: 'acme/shop' },
});

describe('the grants that are not ended', () => {
  test('are found in every state and on every page, each once', async () => {
    const { call } = api({
      '/v1/grants?state=pending&limit=100': { items: [item('gr_1', 'pending')] },
      '/v1/grants?state=active&limit=100': { items: [item('gr_2', 'active')], cursor: 'more' },
      '/v1/grants?state=active&limit=100&cursor=more': { items: [item('gr_3', 'active')] },
      '/v1/grants?state=frozen&limit=100': { items: [item('gr_4', 'frozen')] },
      '/v1/grants?state=revoking&limit=100': { items: [item('gr_2', 'revoking')] },
    });
    const found = await liveGrants(call);
    expect(found.map(({ id, state }) => [id, state])).toEqual([
      ['gr_1', 'pending'],
      ['gr_2', 'revoking'],
      ['gr_3', 'active'],
      ['gr_4', 'frozen'],
    ]);
  });

  test('are taken from what the API answers: repository, account and role as text', async () => {
    const { items } = examples.GrantPage as { items: unknown[] };
    const { call } = api({ '/v1/grants?state=active&limit=100': { items } });
    const [found] = await liveGrants(call);
    expect(found).toEqual({
      id: 'gr_hrq6egvaok6463yco36ybujl4g',
      state: 'active',
      repository: 'acme/shop',
      account: '111122223333',
      role: 'arn:aws:iam::111122223333:role/rolewright/rw-shop-s3-static-site-hrq6egvaok64',
    });
    expect(summaryOf(found ? [found] : [])).toEqual(['     1 active in account 111122223333']);
  });

  test('include those whose events cannot be read', async () => {
    const marker = { grantId: 'gr_9', unreadable: true };
    const { call } = api({ '/v1/grants?state=active&limit=100': { items: [marker] } });
    expect(await liveGrants(call)).toEqual([{ id: 'gr_9', state: 'unreadable' }]);
  });

  test('are those of one account where one is named', async () => {
    const { call } = api({
      '/v1/grants?state=active&limit=100': { items: [item('gr_1', 'active')] },
      '/v1/grants?state=active&account=staging&limit=100': {
        items: [item('gr_2', 'active', '444455556666')],
      },
    });
    const found = await liveGrants(call, 'staging');
    expect(found.map(({ id, account }) => [id, account])).toEqual([['gr_2', '444455556666']]);
  });

  test('are shown before, by state and account', () => {
    const grant = { id: 'gr_1', state: 'active', account: '111122223333' };
    expect(summaryOf([grant, { ...grant, id: 'gr_2' }, { id: 'gr_3', state: 'unreadable' }])).toEqual([
      '     2 active in account 111122223333',
      '     1 unreadable in account unknown',
    ]);
  });
});

describe('revoking all', () => {
  const grants = ['gr_1', 'gr_2', 'gr_3', 'gr_4'].map((id) => ({ id, state: 'active' }));

  test('goes on past a refusal, and the receipt has a line for each grant', async () => {
    const { call, bodies } = api(
      {},
      {
        gr_1: { state: 'revoked' },
        gr_2: new Error('403 DENIED: only a platform engineer may revoke it'),
        gr_3: { state: 'revoking' },
        gr_4: { unreadable: true, note: 'The role is closed.' },
      },
    );
    const lines: Revocation[] = [];
    const receipt = (line: Revocation) => void lines.push(line);
    const revocations = await revokeEach(call, grants, { reason: 'the account is closed', receipt });
    expect(revocations.map(({ id, now }) => [id, now])).toEqual([
      ['gr_1', 'ended'],
      ['gr_2', 'refused'],
      ['gr_3', 'under way'],
      ['gr_4', 'closed'],
    ]);
    expect(lines).toEqual(revocations);
    expect(lines[1]?.detail).toContain('403 DENIED');
    expect(bodies).toEqual(grants.map(() => ({ reason: 'the account is closed' })));
  });

  test('that dies has a receipt of what it did, and may be repeated', async () => {
    const { call } = api({});
    const lines: string[] = [];
    const dying = (line: Revocation) => {
      lines.push(line.id);
      if (lines.length === 2) throw new Error('the process dies');
    };
    await expect(revokeEach(call, grants, { reason: 'r', receipt: dying })).rejects.toThrow('dies');
    expect(lines).toEqual(['gr_1', 'gr_2']);
  });
});

describe('the installation that is revoked', () => {
  test('is the local stack where no API is named, so that its grants are not taken for those of prod', () => {
    expect(installationOf({}).stage).toBe('sandbox');
  });

  test.each([
    [{}, 'prod'],
    [{ ROLEWRIGHT_STAGE: 'sandbox' }, 'sandbox'],
  ])('is the stage of the API that is named: with %j %s', (variables, stage) => {
    const ROLEWRIGHT_URL = 'https://rolewright.acme.example';
    expect(installationOf({ ROLEWRIGHT_URL, ...variables }).stage).toBe(stage);
  });
});

describe('a command that changes many things', () => {
  const prod = { stage: 'prod', account: '730335287361' };

  test.each([
    ['prod 730335287361', true],
    [' prod 730335287361 ', true],
    ['prod', false],
    ['yes', false],
    ['', false],
    ['dev 730335287361', false],
    ['prod 111122223333', false],
    ['PROD 730335287361', false],
  ])('given %j acts: %s', async (given, acts) => {
    expect(await isConfirmed(prod, given)).toBe(acts);
  });

  test('says what must be typed', () => {
    expect(confirmationOf(prod)).toBe('prod 730335287361');
  });
});
