import { describe, expect, it } from '@jest/globals';
import { bitbucketVariables, runScript, scriptOf, stepsIn } from '../../support/domain/step-shell.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import { sdkAws } from '../../support/e2e/sdk-aws.ts';
import type { Grant, World } from '../../support/e2e/stack/stack.ts';

/** What a grant says of its step, and how that step fares at STS. */
export function stepRules(world: () => World): void {
  /** A grant for one environment of a new repository. */
  async function deployed(bucket: string) {
    const repository = await world().repository();
    const environment = 'Live "EU"';
    await world().environment(repository, environment);
    const body = { ...siteBody(repository, bucket), environment };
    const grant = await world().granted(body);
    return { repository, body, grant, environment };
  }

  /** Runs the step of a grant word for word, in a clean shell and with the real SDK. */
  const runStep = (grant: Grant, token: string, more: Record<string, string> = {}) =>
    runScript(scriptOf(String(grant.pipelineSnippet)), {
      aws: sdkAws,
      env: {
        ...bitbucketVariables,
        BITBUCKET_STEP_OIDC_TOKEN: token,
        AWS_ENDPOINT_URL_STS: world().stack.aws.url,
        ...more,
      },
    });

  describe('the step of a grant', () => {
    it('is for its environment, role and region, in both forms', async () => {
      const { grant, environment } = await deployed('shop-step');
      const [shell] = stepsIn(String(grant.pipelineSnippet));
      const [pipes] = stepsIn(String(grant.pipeSnippet));
      for (const step of [shell, pipes]) expect(step).toMatchObject({ deployment: environment, oidc: true });
      expect(shell?.script).toContain('aws s3 sync public/ s3://shop-step/ --delete');
      expect(shell?.script.join('\n')).toContain(grant.role.arn);
      expect(pipes?.script[0]).toMatchObject({
        variables: { AWS_OIDC_ROLE_ARN: grant.role.arn, AWS_DEFAULT_REGION: 'eu-central-1' },
      });
    });

    it('runs as pasted: STS admits it as the role, in the name of the build, also beside old keys', async () => {
      const { repository, grant, environment } = await deployed('shop-pasted');
      const token = await world().step(repository.fullName, { deployment: environment });
      for (const keys of [{}, { AWS_ACCESS_KEY_ID: 'AKIAOLDPIPELINEUSER1', AWS_SECRET_ACCESS_KEY: 'x' }]) {
        const { status, stdout, stderr } = await runStep(grant, token, keys);
        expect([status, stderr]).toEqual([0, '']);
        expect(stdout).toContain(
          `Runs as arn:aws:sts::111122223333:assumed-role/${grant.role.name}/shop-42\n`,
        );
      }
    });

    it('waits where it runs in the second in which the grant became active', async () => {
      const repository = await world().repository();
      await world().fault('aws', { match: 'CreateRole', effect: 'propagation', delayMs: 1500 });
      const grant = await world().granted(siteBody(repository, 'shop-fresh'));
      const token = await world().step(repository.fullName);
      const { status, stdout } = await runStep(grant, token);
      expect(status).toBe(0);
      expect(stdout).toContain(`Runs as arn:aws:sts::111122223333:assumed-role/${grant.role.name}/`);
    });

    it('stops before its first command where the step deploys elsewhere', async () => {
      const { repository, grant } = await deployed('shop-elsewhere');
      const { status, stderr } = await runStep(grant, await world().step(repository.fullName));
      expect(status).toBe(1);
      expect(stderr).toContain('AccessDenied');
      expect(stderr).toContain(`ask POST /v1/explain about ${grant.id}`);
    });

    it('is not there while a grant is not active', async () => {
      const { grant, body } = await deployed('shop-over');
      const { json: planned } = await world().request(
        { ...body, name: 'planned' },
        world().ada,
        '?dryRun=true',
      );
      expect(planned).not.toHaveProperty('pipelineSnippet');
      await world().revoke(grant.id);
      const { json: over } = await world().get(`/v1/grants/${grant.id}`);
      expect(over.state).toBe('revoked');
      expect(over).not.toHaveProperty('pipelineSnippet');
      expect(over).not.toHaveProperty('pipeSnippet');
    });
  });

  describe('a template', () => {
    it('says how a step uses its role', async () => {
      const { json } = await world().get('/v1/templates/s3-static-site');
      expect(json.image).toMatch(/^amazon\/aws-cli:/);
      expect(json.usage).toContainEqual({ run: 'aws s3 sync public/ s3://{{bucket}}/ --delete' });
      expect(json.pipes).toContainEqual(
        expect.objectContaining({ variables: expect.objectContaining({ S3_BUCKET: '{{bucket}}' }) }),
      );
    });
  });
}
