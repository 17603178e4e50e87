import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stepTokenReader } from '../../adapters/tokens/step-token-reader.ts';
import type { EnvironmentUuid } from '../../domain/shared/identifiers.ts';
import { renderTrustPolicy } from '../../domain/trust/policy.ts';
import { explainAdmission } from '../../domain/use-cases/reading/explain-admission.ts';
import { apiWording } from '../../handlers/http/wording.ts';
import { AUDIENCE, ISSUER, startWorld, type TestWorld } from '../sandbox/aws/world.ts';
import { runs } from '../support/domain/arbitraries.ts';
import { platform, World } from '../support/domain/fakes/fakes.ts';
import {
  chain,
  createdRole,
  GRANT_ID,
  production,
  shop,
  staging,
  subject,
  successOf,
  web,
} from '../support/domain/samples.ts';
import { created, requested, started } from '../support/domain/stories.ts';
import { asAccountId, asEpoch } from '../support/identifiers.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld();
  await world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE] }));
});
afterAll(() => world.close());

const STEP = '{759de0c6-eaee-4eaa-b7a6-c507eec759a7}';
const odd = fc.constantFrom('', '*', '?', ':', '{', STEP, 'sts.amazonaws.com', ISSUER);
const uuid = fc.constantFrom(
  shop.uuid,
  web.uuid,
  production.uuid,
  staging.uuid,
  STEP,
  shop.uuid.toUpperCase(),
);
const text = fc.oneof(odd, fc.string({ maxLength: 12 }));
const sub = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(`${shop.uuid}:`, `${shop.uuid}:${production.uuid}:`), uuid)
      .map((parts) => parts.join('')),
  },
  { weight: 3, arbitrary: fc.array(uuid, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(':')) },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(undefined, 7) },
);
const aud = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(AUDIENCE, [AUDIENCE]) },
  { weight: 1, arbitrary: fc.array(fc.oneof(text, fc.constant(AUDIENCE)), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.oneof(text, fc.constantFrom(undefined, 7, `${AUDIENCE}x`)) },
);
/** Seconds from now, around the borders of what STS takes. */
const time = (usual: number, ...borders: number[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...borders) },
  );
const iss = fc.oneof(
  { weight: 9, arbitrary: fc.constant<unknown>(ISSUER) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      undefined,
      ISSUER.replace('acme', 'globex'),
      `${ISSUER}/`,
      ISSUER.toUpperCase(),
      ISSUER.replace('https:', 'http:'),
    ),
  },
);
/** STS reads `azp` as the audience where there is one. */
const azp = fc.oneof(
  { weight: 6, arbitrary: fc.constant<unknown>(undefined) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(AUDIENCE, [AUDIENCE]) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(`${AUDIENCE}x`, '', null, 7, [AUDIENCE, AUDIENCE]) },
);
const claims = fc.record({
  iss,
  aud,
  azp,
  sub,
  exp: time(3600, -1, 0, 1, 1.5),
  iat: time(0, 299, 300, 301, 0.5),
  nbf: time(0, 301, -0.5),
});

/** Has STS and the explanation judge the same token by the same trust policy. */
async function judge(
  environmentUuid: EnvironmentUuid | undefined,
  changes: Record<string, unknown>,
  isForged: boolean,
) {
  const environment = [production, staging].find(({ uuid: known }) => known === environmentUuid);
  const trustPolicy = renderTrustPolicy({
    account: { id: asAccountId('111122223333'), partition: 'aws' },
    workspace: shop.workspace,
    repositoryUuid: shop.uuid,
    environmentUuid,
  });
  await world.iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'explained', PolicyDocument: JSON.stringify(trustPolicy) }),
  );
  const seconds = world.clock.now / 1000;
  const times = ['exp', 'iat', 'nbf'].map((name) => [name, seconds + Number(changes[name])]);
  const signed = await world.issuer.token({ ...changes, ...Object.fromEntries(times) });
  const [header, payload, signature = ''] = signed.split('.');
  const token = isForged ? [header, payload, [...signature].reverse().join('')].join('.') : signed;

  const sts = await world.sts
    .send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: 'arn:aws:iam::111122223333:role/explained',
        RoleSessionName: 'explained',
        WebIdentityToken: token,
      }),
    )
    .then(
      () => true,
      (error: Error) => {
        if (/AccessDenied|ExpiredToken|InvalidIdentityToken/.test(error.name)) return false;
        throw error;
      },
    );
  const activated = { ...subject, role: createdRole, trustPolicy, permissionsPolicy: {} };
  const fakes = new World();
  const story = chain([
    requested('none', environment ? { environment } : {}),
    started,
    created,
    { type: 'GrantActivated', data: activated },
  ]);
  fakes.log.streams.set(
    GRANT_ID,
    story.map((event) => JSON.stringify(event)),
  );
  const stepTokens = stepTokenReader(
    { workspaces: [shop.workspace] },
    () => `${world.issuer.url}/keys.json`,
    { now: () => asEpoch(0) },
  );
  const clock = { now: () => asEpoch(world.clock.now), sleep: async () => {} };
  const explained = await explainAdmission(
    { ...fakes.requestPorts, stepTokens, clock, wording: apiWording },
    { grantId: GRANT_ID, token },
    platform,
  );
  return { sts, ...successOf(explained) };
}

test('a token is said to be admitted exactly when STS admits it', async () => {
  await world.iam.send(
    new CreateRoleCommand({
      RoleName: 'explained',
      AssumeRolePolicyDocument: JSON.stringify(
        renderTrustPolicy({
          account: { id: asAccountId('111122223333'), partition: 'aws' },
          workspace: shop.workspace,
          repositoryUuid: shop.uuid,
        }),
      ),
    }),
  );
  const seen = { admitted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(undefined, undefined, production.uuid),
      claims,
      fc.integer({ min: 0, max: 19 }),
      async (environmentUuid, changes, luck) => {
        const { sts, admitted, code, conditions } = await judge(environmentUuid, changes, luck === 0);
        expect({ admitted, code }).toEqual({ admitted: sts, code });
        if (admitted) expect(conditions.every(({ holds }) => holds)).toBe(true);
        seen[admitted ? 'admitted' : 'refused'] += 1;
      },
    ),
    runs(300),
  );
  // Both answers were put to the test.
  expect(Math.min(seen.admitted, seen.refused)).toBeGreaterThan(13);
});
