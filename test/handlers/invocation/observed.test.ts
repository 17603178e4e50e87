import { Logger } from '@aws-lambda-powertools/logger';
import { beforeEach, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { observed } from '../../../handlers/invocation/observed.ts';

let lines: Record<string, unknown>[];
let logger: Logger;

beforeEach(() => {
  lines = [];
  logger = new Logger({ serviceName: 'test' });
  (logger as unknown as { console: Pick<Console, 'info'> }).console.info = (text: string) =>
    lines.push(JSON.parse(text));
});

const run = (event: unknown, awsRequestId = 'request-1', more = {}) =>
  observed({ logger }, (_event: unknown, _context: Context) => {
    logger.info('a line', more);
  })(event, { awsRequestId } as Context);

test.each([
  ['a request over HTTP', { rawPath: '/v1/grants' }, 'request-1'],
  ['a delivery', { source: 'bitbucket', deliveryId: 'delivery-1' }, 'delivery-1'],
  ['a grant', { grantId: 'gr_aaaaaaaaaaaaaaaaaaaaaaaaaa' }, 'gr_aaaaaaaaaaaaaaaaaaaaaaaaaa'],
  ['an id that is none', { deliveryId: 'xoxb-1\n{"level":"ERROR"}' }, 'request-1'],
  ['nothing', undefined, 'request-1'],
])('each line about %s names the request and what it belongs to', (_, event, correlationId) => {
  run(event);
  expect(lines).toMatchObject([{ message: 'a line', requestId: 'request-1', correlationId }]);
});

test('no line has an id of the request before', () => {
  run({ deliveryId: 'delivery-1' });
  run({}, 'request-2');
  expect(lines[1]).toMatchObject({ requestId: 'request-2', correlationId: 'request-2' });
});
