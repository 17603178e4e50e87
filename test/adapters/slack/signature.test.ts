import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSignedBySlack } from '../../../adapters/slack/signature.ts';

/** Published by Slack, "Verifying requests from Slack". */
const PUBLISHED = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
};
const NOW = 1_531_420_618_000;

const verify = (over: Partial<typeof PUBLISHED> = {}, now = NOW) => {
  const { secret, timestamp, signature, body } = { ...PUBLISHED, ...over };
  return isSignedBySlack(secret, { timestamp, signature, body: Buffer.from(body) }, now);
};
const macOf = (secret: string, timestamp: string, body: Uint8Array) =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;

describe('a request that Slack has signed', () => {
  test('is recognised: the vector that Slack publishes', () => {
    expect(verify()).toBe(true);
  });

  test.each([
    [-301, false],
    [-300, true],
    [-1, true],
    [1, true],
    [300, true],
    [301, false],
  ])('counts when our clock is %i seconds from its timestamp: %s', (seconds, counts) => {
    expect(verify({}, NOW + seconds * 1000)).toBe(counts);
  });

  test('counts to the end of its last second', () => {
    expect(verify({}, NOW + 300_999)).toBe(true);
    expect(verify({}, NOW + 301_000)).toBe(false);
  });

  test.each<[string, Partial<typeof PUBLISHED>]>([
    ['another body', { body: `${PUBLISHED.body}&` }],
    ['another secret', { secret: 'other' }],
    ['another timestamp', { timestamp: '1531420619' }],
    ['another version', { signature: PUBLISHED.signature.replace('v0', 'v1') }],
    ['no version', { signature: PUBLISHED.signature.slice(3) }],
    ['upper case', { signature: PUBLISHED.signature.toUpperCase() }],
    ['a cut signature', { signature: PUBLISHED.signature.slice(0, -1) }],
    ['a longer signature', { signature: `${PUBLISHED.signature}0` }],
    ['an empty signature', { signature: '' }],
    ['a timestamp that is none', { timestamp: 'now' }],
    ['a timestamp with a sign', { timestamp: '+1531420618' }],
    ['a timestamp with a fraction', { timestamp: '1531420618.0' }],
    ['an empty timestamp', { timestamp: '' }],
  ])('does not count with %s', (_, over) => {
    expect(verify(over)).toBe(false);
  });

  test('never counts with an empty secret, with which anybody could sign', () => {
    const signature = macOf('', PUBLISHED.timestamp, Buffer.from(PUBLISHED.body));
    expect(verify({ secret: '', signature })).toBe(false);
  });

  test('is verified over the raw bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string({ minLength: 1 }), (body, secret) => {
        const given = { timestamp: PUBLISHED.timestamp, signature: macOf(secret, PUBLISHED.timestamp, body) };
        const altered = new Uint8Array([...body, 0]);
        return (
          isSignedBySlack(secret, { ...given, body }, NOW) &&
          !isSignedBySlack(secret, { ...given, body: altered }, NOW)
        );
      }),
    );
  });
});
