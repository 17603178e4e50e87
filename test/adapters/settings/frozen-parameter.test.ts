import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { passThrough } from '../../../adapters/outgoing.ts';
import { frozenParameter } from '../../../adapters/settings/frozen-parameter.ts';
import { useAwsEnvironment } from '../../support/adapters/environment.ts';
import { rejectionOf, sdkError } from '../../support/adapters/failures.ts';
import { asEpoch, asInstant } from '../../support/identifiers.ts';

const NAME = '/rolewright/dev/frozen';
const at = asInstant('2026-11-29T09:00:00.000Z');
const ssm = mockClient(SSMClient);
let stored: string | undefined;
beforeEach(() => {
  useAwsEnvironment({});
  ssm.reset();
  stored = undefined;
  // As Parameter Store does: SSM API Reference, PutParameter, Value and Tier.
  ssm.on(PutParameterCommand).callsFake(({ Value }: { Value: string }) => {
    if (/\{\{/.test(Value) || Buffer.byteLength(Value) > 4096) throw sdkError('ValidationException');
    stored = Value;
    return {};
  });
  ssm.on(GetParameterCommand).callsFake(() => ({ Parameter: { Value: stored } }));
});
afterAll(() => ssm.restore());
const parameter = () =>
  frozenParameter({
    environment: { frozenParameter: NAME },
    clock: { now: () => asEpoch(0) },
    outgoing: passThrough,
  });

test.each([
  'Leaked',
  'Look at {{incident}}, {{{ssm:/rolewright/dev/frozen}}}',
  '{'.repeat(500),
  '"\\\u0000'.repeat(166),
  '\u{1f9ca}'.repeat(250),
])('a freeze takes effect whatever its reason says, and says it: %j', async (reason) => {
  const why = { by: 'person:grace@acme.example', at, reason };
  await parameter().freeze(why);
  expect(await parameter().frozenNow()).toEqual(why);
});

test('the longest reason of the longest id that has to be escaped takes effect', async () => {
  const why = { by: `person:${'\u{1f9ca}'.repeat(256)}`, at, reason: '\u0001'.repeat(500) };
  await parameter().freeze(why);
  expect(await parameter().frozenNow()).toEqual(why);
});

test('a freeze that is there stays', async () => {
  ssm.on(PutParameterCommand).rejects(sdkError('ParameterAlreadyExists'));
  await parameter().freeze({ by: 'person:grace@acme.example', at, reason: 'Again' });
  ssm.on(PutParameterCommand).rejects(sdkError('AccessDeniedException'));
  const failure = await rejectionOf(
    parameter().freeze({ by: 'person:grace@acme.example', at, reason: 'Again' }),
  );
  expect(failure).toMatchObject({ system: 'SSM', code: 'UNAVAILABLE' });
});
