import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { followedEvents, isFollowed, readDelivery } from '../../../../domain/bitbucket/delivery.ts';
import { workerMessageSchema } from '../../../../domain/messaging/worker-message.ts';
import { RUNS } from '../../../support/domain/arbitraries.ts';
import { ACME, codeOf, GLOBEX, shop, successOf } from '../../../support/domain/samples.ts';

const read = (body: unknown, event = 'repo:created') =>
  readDelivery({ workspace: ACME, deliveryId: 'd-1', event, body });
const { uuid } = shop;

describe('a delivery hands on', () => {
  test('the repository’s UUID, in lower case, and nothing else of the body', () => {
    const repository = {
      uuid: uuid.toUpperCase(),
      full_name: 'acme/shop',
      name: 'Shop',
      project: { key: 'X' },
    };
    const message = successOf(read({ actor: { uuid }, repository, changes: {} }));
    expect(message).toEqual({
      source: 'bitbucket',
      workspace: 'acme',
      deliveryId: 'd-1',
      event: 'repo:created',
      repository: { uuid },
    });
  });

  test.each([[{ full_name: 'Acme/Shop' }], [{ full_name: 'acme/shop', uuid: 'none' }]])(
    'the full name where there is no UUID: %j',
    (repository) => {
      expect(successOf(read({ repository })).repository).toEqual({ fullName: 'acme/shop' });
    },
  );

  test('a transfer by its UUID, wherever the repository is now', () => {
    const body = { repository: { uuid, full_name: 'globex/shop', workspace: GLOBEX } };
    expect(successOf(read(body, 'repo:transfer')).repository).toEqual({ uuid });
  });

  test('a project by its UUID', () => {
    expect(successOf(read({ project: { uuid, key: 'X' } }, 'project:updated'))).toMatchObject({
      project: { uuid },
    });
  });
});

describe('a delivery is refused', () => {
  test.each<[string, unknown, string]>([
    ['of another workspace, by name', { repository: { uuid, full_name: 'globex/shop' } }, 'repo:updated'],
    [
      'of another workspace, by UUID',
      { repository: { uuid, workspace: { uuid: GLOBEX.uuid } } },
      'repo:created',
    ],
    ['of another workspace, by name only', { repository: { full_name: 'globex/shop' } }, 'repo:created'],
    ['of a transfer away without a UUID', { repository: { full_name: 'globex/shop' } }, 'repo:transfer'],
  ])('%s', (_what, body, event) => {
    expect(codeOf(read(body, event))).toBe('DENIED');
  });

  test.each([
    undefined,
    null,
    [],
    'text',
    1,
    {},
    { repository: null },
    { repository: 'acme/shop' },
    { repository: {} },
  ])('that names nothing: %j', (body) => {
    expect(codeOf(read(body))).toBe('REQUEST_INVALID');
    expect(codeOf(read(body, 'project:updated'))).toBe('REQUEST_INVALID');
  });
});

test('whatever a body holds, it is refused or handed on as a message that the worker knows', () => {
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record({
      repository: fc.oneof(
        fc.jsonValue(),
        fc.record({
          uuid: fc.oneof(fc.string(), fc.constant(uuid)),
          full_name: fc.string(),
          workspace: fc.jsonValue(),
        }),
      ),
      project: fc.jsonValue(),
    }),
  );
  fc.assert(
    fc.property(body, fc.constantFrom(...followedEvents), (content, event) => {
      const result = read(content, event);
      if (result.ok) expect(workerMessageSchema.safeParse(result.value).success).toBe(true);
      else expect(['DENIED', 'REQUEST_INVALID']).toContain(result.problem.code);
    }),
    RUNS,
  );
});

test('events that mean nothing here are told apart', () => {
  expect(['repo:push', 'issue:created', 'repo:created ', '', 'toString'].filter(isFollowed)).toEqual([]);
});
