import { describe, expect, it } from '@jest/globals';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';
import { forgedToken } from '../../support/e2e/tokens.ts';

/** Who gets through the trust policies that Rolewright writes. */
export function admissionRules(world: () => World): void {
  describe('STS', () => {
    it('admits every step of the own repository where the grant names no environment', async () => {
      const repository = await world().repository();
      await world().environment(repository, 'Production');
      const { role } = await world().granted(siteBody(repository, 'shop-open'));
      for (const more of [{}, { deployment: 'Production' }, { branch: 'feature/any' }]) {
        const token = await world().step(repository.fullName, more);
        expect(await world().assume(role.arn, token)).toHaveProperty('accessKeyId');
      }
    });

    it('gives a session that may do what the template says and nothing else', async () => {
      const repository = await world().repository();
      const { role } = await world().granted(siteBody(repository, 'shop-acts'));
      const session = await world().session(role.arn, await world().step(repository.fullName));
      const answers = [
        ['s3:PutObject', 'arn:aws:s3:::shop-acts/index.html', true],
        ['s3:ListBucket', 'arn:aws:s3:::shop-acts', true],
        ['s3:PutObject', 'arn:aws:s3:::shop-acts-2/index.html', false],
        ['s3:PutBucketPolicy', 'arn:aws:s3:::shop-acts', false],
        [
          'cloudfront:CreateInvalidation',
          'arn:aws:cloudfront::111122223333:distribution/E2SHOPSITE0001',
          false,
        ],
        ['iam:CreateUser', 'arn:aws:iam::111122223333:user/eve', false],
      ] as const;
      for (const [action, resource, expected] of answers) {
        expect([action, resource, await world().canAct(session, action, resource)]).toEqual([
          action,
          resource,
          expected,
        ]);
      }
    });

    it('admits only steps of the environment that the grant names', async () => {
      const repository = await world().repository();
      await world().environment(repository, 'Production');
      await world().environment(repository, 'Staging');
      const body = { ...siteBody(repository, 'shop-prod'), environment: 'Production' };
      const { role } = await world().granted(body);
      const outcome = async (more: object) =>
        world().assume(role.arn, await world().step(repository.fullName, { ...more }));
      expect(await outcome({ deployment: 'Production' })).toHaveProperty('accessKeyId');
      expect(await outcome({ deployment: 'Staging' })).toEqual({ code: 'AccessDenied' });
      expect(await outcome({})).toEqual({ code: 'AccessDenied' });
    });

    it('refuses every token that is not the own repository’s, whole and in time', async () => {
      const repository = await world().repository();
      const other = await world().repository();
      const { role } = await world().granted(siteBody(repository, 'shop-closed'));
      const own = await world().step(repository.fullName);
      const refused = {
        'another repository': [await world().step(other.fullName), 'AccessDenied'],
        'another workspace': [await world().step('globex/other'), 'InvalidIdentityTokenException'],
        'a list of audiences': [await world().caller(repository.fullName), 'AccessDenied'],
        expired: [await world().step(repository.fullName, { expiresIn: -60 }), 'ExpiredTokenException'],
        'signed by somebody else': [await forgedToken(own), 'InvalidIdentityTokenException'],
        'of a person': [world().ada, 'InvalidIdentityTokenException'],
      } as const;
      for (const [whose, [token, code]] of Object.entries(refused)) {
        expect([whose, await world().assume(role.arn, token)]).toEqual([whose, { code }]);
      }
      expect(await world().assume(role.arn, own)).toHaveProperty('accessKeyId');
    });

    it('refuses a token of another workspace even once that workspace has a provider', async () => {
      const { role } = await world().granted(siteBody(await world().repository(), 'shop-two'));
      await world().createProvider('globex');
      const token = await world().step('globex/other');
      expect(await world().assume(role.arn, token)).toEqual({ code: 'AccessDenied' });
    });
  });
}
