import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isSignature,
  isSignedWith,
  secretsIn,
  signatureOf,
} from '../../../adapters/bitbucket/webhook-signature.ts';
import { RUNS } from '../../support/domain/arbitraries.ts';

/** The vector that Atlassian publishes for its webhooks. */
const SECRET = "It's a Secret to Everybody";
const BODY = Buffer.from('Hello World!');
const DIGEST = 'a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9';

describe('a signature', () => {
  test('is the one that Atlassian publishes for "Hello World!"', () => {
    expect(signatureOf(SECRET, BODY)).toBe(`sha256=${DIGEST}`);
    expect(isSignedWith([SECRET], `sha256=${DIGEST}`, BODY)).toBe(true);
  });

  test.each<[string, string | undefined]>([
    ['none', undefined],
    ['an empty one', ''],
    ['no algorithm', DIGEST],
    ['sha1', `sha1=${DIGEST.slice(0, 40)}`],
    ['sha512', `sha512=${DIGEST}${DIGEST}`],
    ['the algorithm in capitals', `SHA256=${DIGEST}`],
    ['a digest in capitals', `sha256=${DIGEST.toUpperCase()}`],
    ['a shorter digest', `sha256=${DIGEST.slice(0, 63)}`],
    ['a longer digest', `sha256=${DIGEST}0`],
    ['two, as a gateway joins them', `sha256=${DIGEST},sha256=${DIGEST}`],
    ['white space around it', ` sha256=${DIGEST}`],
    ['a line break behind it', `sha256=${DIGEST}\n`],
    ['another digest', `sha256=${'0'.repeat(64)}`],
  ])('is refused: %s', (_what, header) => {
    expect(isSignedWith([SECRET], header, BODY)).toBe(false);
  });

  test('fits either secret during a rotation, and none that has been withdrawn', () => {
    const header = signatureOf('new', BODY);
    expect(isSignedWith(['old', 'new'], header, BODY)).toBe(true);
    expect(isSignedWith(['new', 'old'], header, BODY)).toBe(true);
    expect(isSignedWith(['old'], header, BODY)).toBe(false);
  });

  test('fits nobody where no secret is configured, not even the stand-in for one', () => {
    expect(isSignedWith([], signatureOf('no secret is configured', BODY), BODY)).toBe(false);
    expect(isSignedWith([], `sha256=${'0'.repeat(64)}`, BODY)).toBe(false);
  });

  test('holds for these bytes and this secret only', () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(
        bytes,
        bytes,
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        (a, b, one, other) => {
          const header = signatureOf(one, a);
          expect(isSignature(header)).toBe(true);
          expect(isSignedWith([one], header, a)).toBe(true);
          const isSameBody = Buffer.compare(a, b) === 0;
          expect(isSignedWith([one], header, b)).toBe(isSameBody);
          // HMAC pads a key with zeros: such secrets are one and the same.
          const trimmed = (key: string) => key.replace(/\0+$/, '');
          expect(isSignedWith([other], header, a)).toBe(trimmed(one) === trimmed(other));
        },
      ),
      RUNS,
    );
  });
});

test('stored secrets stand one on each line', () => {
  expect(secretsIn('old\nnew\n')).toEqual(['old', 'new']);
  expect(secretsIn(' one \r\n\n')).toEqual(['one']);
  expect(secretsIn('')).toEqual([]);
});
