import { describe, expect, test } from '@jest/globals';
import { verifiedEmail } from '../../../../../domain/access/issuers/verified-email.ts';

const email = 'Ada@acme.example';
const of = (issuer: string, claims: Record<string, unknown>) => verifiedEmail(issuer, { email, ...claims });

describe('an email counts only verified', () => {
  test.each<[string, Record<string, unknown>, boolean]>([
    ['said so', { email_verified: true }, true],
    ['not said', {}, false],
    ['said as text', { email_verified: 'true' }, false],
    ['by another issuer’s claim', { xms_edov: true, hd: 'acme.example' }, false],
  ])('of any issuer: %s', (_, claims, counts) => {
    expect(of('https://login.acme.example', claims)).toBe(counts ? 'ada@acme.example' : undefined);
  });

  test.each([
    'https://login.microsoftonline.com/5f1e/v2.0',
    'https://sts.windows.net/5f1e/',
    'https://login.microsoftonline.us/5f1e/v2.0',
    'https://acme.ciamlogin.com/5f1e/v2.0',
  ])('of %s: where the owner of the domain is verified', (issuer) => {
    for (const xms_edov of [true, 1, '1', 'true']) expect(of(issuer, { xms_edov })).toBe('ada@acme.example');
    for (const xms_edov of [undefined, false, 0, '0', 'false', 'yes', [true], {}])
      expect(of(issuer, { xms_edov, email_verified: true })).toBeUndefined();
    expect(of(issuer, { xms_edov: true, email_verified: false })).toBeUndefined();
  });

  test('of Google: where the account is a Workspace’s', () => {
    const issuer = 'https://accounts.google.com';
    expect(of(issuer, { email_verified: true, hd: 'acme.example' })).toBe('ada@acme.example');
    for (const hd of [undefined, '', true, ['acme.example'], null])
      expect(of(issuer, { email_verified: true, hd })).toBeUndefined();
    expect(of(issuer, { hd: 'acme.example' })).toBeUndefined();
  });

  test('of a host that only looks like one of theirs: as of any issuer', () => {
    for (const host of [
      'login.microsoftonline.com.evil.example',
      'accounts.google.com.evil.example',
      'ciamlogin.com.evil.example',
    ])
      expect(of(`https://${host}`, { email_verified: true })).toBe('ada@acme.example');
  });
});

test.each(['', 'accounts.google.com', 'login.microsoftonline.com'])(
  'an issuer that is no URL, %j, is any issuer',
  (issuer) => {
    expect(of(issuer, { email_verified: true })).toBe('ada@acme.example');
  },
);
