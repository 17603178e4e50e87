/** Claims that STS offers to trust policies as condition keys, by the name of the issuer; besides `aud`, `sub` and `amr`.
 *  Source: AWS Service Authorization Reference, condition keys of AssumeRoleWithWebIdentity (2026-09-26). Bitbucket is not
 *  among them. */
const PROVIDER_CLAIMS: readonly { issuer: RegExp; claims: readonly string[] }[] = [
  {
    issuer: /^token\.actions\.(?:githubusercontent\.com(?:\/[^/]+)?|[^.]+\.ghe\.com)$/,
    claims: [
      'actor',
      'actor_id',
      'enterprise_id',
      'environment',
      'job_workflow_ref',
      'ref',
      'repository',
      'repository_id',
      'repository_owner_id',
      'workflow',
    ],
  },
  {
    issuer: /^gitlab\.com$/,
    claims: [
      'namespace_id',
      'pipeline_source',
      'project_id',
      'ref_protected',
      'runner_environment',
      'user_access_level',
      'user_email',
      'user_id',
      'user_login',
    ],
  },
  {
    issuer: /^agent\.buildkite\.com$/,
    claims: [
      'build_branch',
      'cluster_id',
      'cluster_name',
      'organization_id',
      'organization_slug',
      'pipeline_id',
      'pipeline_slug',
    ],
  },
  { issuer: /^oidc\.circleci\.com\/org\/[^/]+$/, claims: ['oidc.circleci.com/project-id'] },
];

/** A token's further claims that are condition keys, by the part of the key behind the colon, in lower case: plain text
 *  only. `issuer` is the provider's URL. */
export function providerClaims(issuer: string, token: { [claim: string]: unknown }): [string, string[]][] {
  const name = issuer.replace(/^https:\/\//, '');
  const known = PROVIDER_CLAIMS.find((entry) => entry.issuer.test(name))?.claims ?? [];
  return known.flatMap((claim): [string, string[]][] => {
    const value = token[claim];
    return typeof value === 'string' ? [[claim.toLowerCase(), [value]]] : [];
  });
}
