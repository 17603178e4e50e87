import { describe, expect, test } from '@jest/globals';
import { principalOf } from '../../../../../domain/access/directory.ts';
import { companyCaller } from '../../../../../domain/access/issuers/company-caller.ts';
import { trustedIssuerSchema } from '../../../../../domain/access/issuers/trusted-issuer.ts';
import { comparePersons, type Principal } from '../../../../../domain/shared/principal.ts';

const ISSUER = 'https://login.acme.example';
type Entry = { id: string; email?: string; slack?: string; bitbucket?: string };
const listed = (entry: Entry) => ({ groups: [], ...entry });

/** The person of a token. */
function overHttp(
  claims: { sub: string; email?: string },
  people: Entry[],
  entry: { idClaim?: string; issuer?: string } = {},
): Principal {
  const issuer = trustedIssuerSchema.parse({
    issuer: ISSUER,
    kind: 'person',
    audience: 'rolewright',
    keys: `${ISSUER}/keys`,
    algorithms: ['RS256'],
    idClaim: 'email',
    require: { use: 'login' },
    ...entry,
  });
  const all = { ...claims, email_verified: true, use: 'login', iat: 1000, exp: 2000 };
  const found = companyCaller(issuer, all, {
    people: people.map(listed) as never,
    emailDomains: [],
  });
  if ('refused' in found) throw new Error(found.refused);
  return found.caller.principal;
}
/** The person of a Slack user, or of another endpoint that knows people by their entries. */
const byEntry = (entry: Entry): Principal => principalOf(listed(entry) as never);
const both = (a: Principal, b: Principal) => [comparePersons(a, b), comparePersons(b, a)];

describe('one human with two verified emails', () => {
  test.each<[string, Entry, { sub: string; email: string }, { idClaim?: string }]>([
    [
      'whose id in people is the other email',
      { id: 'ada@acme.example', email: 'ada.l@acme.example' },
      { sub: '1', email: 'ada.l@acme.example' },
      {},
    ],
    [
      'whose email in people is the other',
      { id: 'ada.l@acme.example', email: 'ada@acme.example' },
      { sub: '1', email: 'ada.l@acme.example' },
      {},
    ],
    [
      'whose id in people is their subject',
      { id: '00u1', email: 'ada@acme.example' },
      { sub: '00u1', email: 'ada.l@acme.example' },
      { idClaim: 'sub' },
    ],
    [
      'whose entry has the token’s email, under another id',
      { id: 'ada@acme.example', email: 'Ada.L@acme.example' },
      { sub: '00u1', email: 'ada.l@acme.example' },
      { idClaim: 'sub' },
    ],
    [
      'who has no email in people',
      { id: '00u1' },
      { sub: '00u1', email: 'ada.l@acme.example' },
      { idClaim: 'sub' },
    ],
  ])('is one over HTTP and in Slack: %s', (_, entry, claims, issuer) => {
    const slack = { ...entry, slack: 'T0/U0ADA' };
    expect(both(overHttp(claims, [slack], issuer), byEntry(slack))).toEqual(['same', 'same']);
  });

  test('is one over two issuers, where people names both', () => {
    const people = [{ id: 'ada@acme.example', email: 'ada@other.example' }];
    const [here, there] = [
      overHttp({ sub: '1', email: 'ada@acme.example' }, people),
      overHttp({ sub: '9', email: 'ada@other.example' }, people, { issuer: 'https://id.other.example' }),
    ];
    expect(both(here, there)).toEqual(['same', 'same']);
  });

  test('is one when the email changes, by issuer and subject', () => {
    const [before, after] = ['ada@acme.example', 'ada.byron@acme.example'].map((email) =>
      overHttp({ sub: '1', email }, []),
    );
    expect(both(before as Principal, after as Principal)).toEqual(['same', 'same']);
  });

  test('is one when the entry is written after the request', () => {
    const before = overHttp({ sub: '1', email: 'ada@acme.example' }, []);
    const entry = { id: 'ada.l@acme.example', email: 'ada@acme.example', slack: 'T0/U0ADA' };
    expect(both(before, byEntry(entry))).toEqual(['same', 'same']);
    expect(both(before, overHttp({ sub: '7', email: 'ada.l@acme.example' }, [entry]))).toEqual([
      'same',
      'same',
    ]);
  });

  test('counts as two where nothing links them, which docs/threat-model.md says', () => {
    const slack = { id: 'ada@acme.example', slack: 'T0/U0ADA' };
    const other = overHttp({ sub: '1', email: 'ada.private@mail.example' }, [slack]);
    expect(both(other, byEntry(slack))).toEqual(['different', 'different']);
  });

  test('and two humans stay two', () => {
    const people = [
      { id: 'ada@acme.example', slack: 'T0/U0ADA' },
      { id: 'grace@acme.example', email: 'grace.h@acme.example', slack: 'T0/U0GRACE' },
    ];
    const ada = overHttp({ sub: '1', email: 'ada@acme.example' }, people);
    const grace = overHttp({ sub: '2', email: 'grace.h@acme.example' }, people);
    expect(both(ada, grace)).toEqual(['different', 'different']);
    for (const [one, entry] of [
      [ada, people[1]],
      [grace, people[0]],
    ] as const)
      expect(both(one, byEntry(entry as Entry))).toEqual(['different', 'different']);
  });
});
