import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Json } from '../../support/e2e/http.ts';
import { expectProblem } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';
import { forgedToken, unsignedToken } from '../../support/e2e/tokens.ts';

const admitting = ['ADMITTED', 'PROPAGATING'];

/** Why tokens are and are not admitted. */
export function explanationRules(world: () => World): void {
  const explain = (grantId: string, more: Json, token = world().ada) =>
    world().api('POST', '/v1/explain', { token, json: { grantId, ...more } });

  /** A grant for the Production environment of a new repository. */
  async function deployed(bucket: string) {
    const repository = await world().repository();
    await world().environment(repository, 'Production');
    await world().environment(repository, 'Staging');
    const grant = await world().granted({ ...siteBody(repository, bucket), environment: 'Production' });
    const step = (more: Json = {}) => world().step(repository.fullName, more);
    return { repository, grant, step };
  }

  describe('an explanation', () => {
    it('says of real step tokens what STS says', async () => {
      const { repository, grant, step } = await deployed('shop-explained');
      const own = await step({ deployment: 'Production' });
      const tokens: [token: string, codes: string[], advice: RegExp][] = [
        [own, admitting, /admits this token/],
        [await step(), ['DEPLOYMENT_MISSING'], /"Production"/],
        [await step({ deployment: 'Staging' }), ['WRONG_ENVIRONMENT'], /"Staging"/],
        [await step({ deployment: 'Production', audiences: ['x'] }), ['CUSTOM_AUDIENCES'], /audiences/],
        [await step({ deployment: 'Production', audiences: [] }), admitting, /admits this token/],
        [await step({ deployment: 'Production', expiresIn: -1 }), ['TOKEN_EXPIRED'], /expired at/],
        [await world().step('acme/web'), ['WRONG_REPOSITORY'], new RegExp(repository.fullName)],
        [await world().step('globex/other'), ['WRONG_WORKSPACE'], /workspace globex/],
        [await forgedToken(own), ['SIGNATURE_INVALID'], /signature/],
        [unsignedToken(own), ['SIGNATURE_INVALID'], /signature/],
        [world().ada, ['ISSUER_UNKNOWN'], /BITBUCKET_STEP_OIDC_TOKEN/],
      ];
      for (const [token, codes, advice] of tokens) {
        const { status, json } = await explain(grant.id, { token });
        const sts = 'accessKeyId' in (await world().assume(grant.role.arn, token));
        expect([codes, status, json.admitted]).toEqual([codes, 200, sts]);
        expect(codes).toContain(json.code);
        expect(json.advice).toMatch(advice);
        expect(json.conditions).toHaveLength(2);
      }
      expect((await explain(grant.id, { token: '' })).json).toMatchObject({
        admitted: false,
        code: 'NO_TOKEN',
        snippet: '- step:\n    deployment: "Production"\n    oidc: true\n',
      });
    });

    it('takes claims without verifying them, and says so', async () => {
      const { grant, step } = await deployed('shop-claims');
      const claims = decodeJwt(await step({ deployment: 'Production' }));
      const { json } = await explain(grant.id, { claims });
      expect(json).toMatchObject({ admitted: true, verified: false });
      const elsewhere = {
        ...claims,
        sub: String(claims.sub).replace(/^\{./, (start) => (start === '{0' ? '{1' : '{0')),
      };
      expect((await explain(grant.id, { claims: elsewhere })).json).toMatchObject({ admitted: false });
    });

    it('is as good from a subject alone, and finds a step that runs as something else', async () => {
      const { grant, step } = await deployed('shop-subject');
      const { sub } = decodeJwt(await step({ deployment: 'Production' }));
      const alone = await explain(grant.id, { claims: { sub } });
      expect(alone.json).toMatchObject({ admitted: true, verified: false, assumed: ['iss', 'aud'] });
      expect(admitting).toContain(alone.json.code);
      const { sub: elsewhere } = decodeJwt(await step());
      expect((await explain(grant.id, { claims: { sub: elsewhere } })).json.code).toBe('DEPLOYMENT_MISSING');
      const identity = 'arn:aws:iam::111122223333:user/old';
      const other = await explain(grant.id, { claims: { sub }, identity });
      expect(other.json).toMatchObject({ admitted: true, code: 'OTHER_CREDENTIALS' });
      expect(other.json.advice).toContain(identity);
    });

    it('tells an environment that was made again from another, and does without Bitbucket when it is down', async () => {
      const { grant, step } = await deployed('shop-again');
      const claims = decodeJwt(await step({ deployment: 'Production' }));
      const other = '{00000000-0000-4000-8000-000000000000}';
      const sub = String(claims.sub).replace(String(claims.deploymentEnvironmentUuid), other);
      const again = { ...claims, sub, deploymentEnvironmentUuid: other };
      expect((await explain(grant.id, { claims: again })).json.code).toBe('ENVIRONMENT_REPLACED');
      await world().fault('bitbucket', { match: '/2.0', effect: 'error', times: 100 });
      expect((await explain(grant.id, { claims: again })).json.code).toBe('ENVIRONMENT_REPLACED');
    });

    it('says what became of a grant that is not active any more', async () => {
      const { grant, step } = await deployed('shop-over');
      const token = await step({ deployment: 'Production' });
      await world().revoke(grant.id);
      expect((await explain(grant.id, { token })).json).toMatchObject({
        admitted: false,
        code: 'GRANT_REVOKED',
        verified: true,
      });
    });

    it('is given to those who may read the grant, a pipeline of its own environment among them', async () => {
      const { repository, grant, step } = await deployed('shop-readers');
      const token = await step({ deployment: 'Production' });
      const mallory = await world().person('mallory@acme.example');
      const elsewhere = await world().caller('acme/web');
      for (const stranger of [mallory, elsewhere]) {
        expectProblem(await explain(grant.id, { token }, stranger), 404, 'GRANT_NOT_FOUND');
      }
      const pipeline = await world().caller(repository.fullName, { deployment: 'Production' });
      expect((await explain(grant.id, { token }, pipeline)).json.admitted).toBe(true);
      expectProblem(await world().api('POST', '/v1/explain', { json: {} }), 401, 'UNAUTHENTICATED');
    });

    it('writes nothing and asks nothing of IAM', async () => {
      const { grant, step } = await deployed('shop-quiet');
      const token = await step();
      const { value, iam, dynamodbWrites } = await world().trace(() => explain(grant.id, { token }));
      expect([value.status, iam, dynamodbWrites]).toEqual([200, [], []]);
    });

    it('comes from the shell, and shows nothing of the token', async () => {
      const { grant, step } = await deployed('shop-shell');
      const token = await step();
      const child = spawn(process.execPath, ['scripts/explain.ts', grant.id], {
        env: { PATH: process.env.PATH, ROLEWRIGHT_URL: world().stack.api, ROLEWRIGHT_TOKEN: world().ada },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stdin.end(`${token}\n`);
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
      expect(err).toBe('');
      expect(out).toContain('refused  DEPLOYMENT_MISSING');
      expect(out).toContain('deployment: "Production"');
      for (const part of token.split('.')) expect(out).not.toContain(part);
    });
  });

  describe('a request for an explanation', () => {
    it.each<[string, Json, string[]]>([
      ['neither token nor claims', {}, ['/token']],
      ['both', { token: 'x', claims: {} }, ['/claims']],
      ['a field more', { token: 'x', role: 'y' }, ['/role']],
      [
        'an identity and variables that are none',
        { token: 'x', identity: 'me', variables: ['A=b'] },
        ['/identity', '/variables/0'],
      ],
    ])('with %s is refused', async (_what, more, pointers) => {
      const reply = await explain('gr_hrq6egvaok6463yco36ybujl4g', more);
      expectProblem(reply, 400, 'REQUEST_INVALID', pointers);
    });

    it('for a grant that does not exist is answered GRANT_NOT_FOUND', async () => {
      expectProblem(await explain('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa', { token: 'x' }), 404, 'GRANT_NOT_FOUND');
    });

    it('of more than 32 KiB, or of another type, is refused', async () => {
      const send = (body: string, type: string) =>
        world().api('POST', '/v1/explain', { token: world().ada, body, headers: { 'content-type': type } });
      expectProblem(await send(' '.repeat(32 * 1024 + 1), 'application/json'), 413, 'BODY_TOO_LARGE');
      expectProblem(await send('{}', 'text/plain'), 415, 'MEDIA_TYPE_UNSUPPORTED');
    });
  });
}
