import {
  AddClientIDToOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { expectProblem } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const OpenIDConnectProviderArn =
  'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';

/** What happens around the workspace's identity provider. */
export function providerRules(world: () => World): void {
  const remove = () =>
    world()
      .iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
      .catch((error: Error) => {
        if (error.name !== 'NoSuchEntityException') throw error;
      });
  const look = () => world().iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));

  describe('the identity provider', () => {
    it('is made when missing, with the workspace’s audience alone, tagged and announced', async () => {
      await remove();
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-provider'));
      const { ClientIDList, Tags = [], Url } = await look();
      expect(ClientIDList).toEqual([AUDIENCE]);
      expect(Url).toContain('api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc');
      expect(Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
        'rolewright:grant': id,
      });
      const types = (await world().events(id)).map(({ type }) => type);
      expect(types.slice(0, 3)).toEqual(['GrantRequested', 'ProviderCreationStarted', 'ProviderCreated']);
    });

    it.each([['error'], ['drop'], ['lostReply']])(
      'is made once where IAM fails once (%s)',
      async (effect) => {
        await remove();
        const body = siteBody(await world().repository(), 'shop-bumpy');
        await world().fault('aws', { match: 'CreateOpenIDConnectProvider', effect });
        expect([201, 202]).toContain((await world().request(body)).status);
        expect((await world().request(body)).status).toBe(200);
        expect((await look()).ClientIDList).toEqual([AUDIENCE]);
      },
    );

    it('that somebody made with our audience among others is used as it is', async () => {
      await remove();
      await world().createProvider('acme', ['sts.amazonaws.com', AUDIENCE]);
      const { $metadata: _, ...before } = await look();
      const { value, iamWrites } = await world().trace(async () =>
        world().request(siteBody(await world().repository(), 'shop-theirs')),
      );
      expect(value.status).toBe(201);
      expect(iamWrites.map(({ name }) => name)).toEqual(['CreateRole', 'PutRolePolicy']);
      expect(await look()).toMatchObject(before);
    });

    it('without our audience is never altered; the answer names the command that does it', async () => {
      await remove();
      await world().createProvider('acme', ['sts.amazonaws.com']);
      const body = siteBody(await world().repository(), 'shop-unusable');
      const { value, iamWrites } = await world().trace(() => world().request(body));
      expectProblem(value, 409, 'PROVIDER_UNUSABLE');
      expect(value.json.detail).toContain(
        `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${OpenIDConnectProviderArn} --client-id ${AUDIENCE}`,
      );
      expect(iamWrites).toEqual([]);
      expect((await look()).ClientIDList).toEqual(['sts.amazonaws.com']);
      const command = { OpenIDConnectProviderArn, ClientID: AUDIENCE };
      await world().iam.send(new AddClientIDToOpenIDConnectProviderCommand(command));
      expect((await world().request(body)).status).toBe(201);
    });

    it('is not made for a workspace whose OIDC is not enabled; the answer says what to do', async () => {
      await remove();
      await world().setOidc('acme', false);
      const body = siteBody(await world().repository(), 'shop-disabled');
      const { value, iamWrites } = await world().trace(() => world().request(body));
      await world().setOidc('acme', true);
      expectProblem(value, 409, 'OIDC_NOT_ENABLED');
      expect(value.json.detail).toContain('oidc: true');
      expect(iamWrites).toEqual([]);
      expect((await world().request(body)).status).toBe(201);
    });
  });
}
