import type { Stack } from './stack.ts';

/** What a person types for a first request, as one of group platform for the first repository; why nobody can, where no issuer is
 *  for persons. */
export function firstRequest({ api, bitbucket, seed }: Pick<Stack, 'api' | 'bitbucket' | 'seed'>): string[] {
  const [workspace] = seed.workspaces;
  const repository = workspace?.repositories[0]?.slug ?? '';
  if (!seed.issuers.some(({ kind }) => kind === 'person')) {
    return [
      'No person can ask for a grant: the configuration has no issuer of kind person (docs/configuration.md).',
    ];
  }
  const person = seed.people.find(({ groups }) => groups.includes('platform'));
  const body = JSON.stringify(
    person ? { email: person.email } : { email: 'you@example.com', groups: ['platform'] },
  );
  const request = {
    repository: `${workspace?.slug}/${repository}`,
    template: 's3-static-site',
    parameters: { bucket: `${repository}-site` },
  };
  return [
    'A first request, as a person of group platform:',
    `  TOKEN=$(curl -s ${bitbucket.url}/sandbox/person-token -d '${body}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    `  curl -s ${api}/v1/grants -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\`,
    `    -d '${JSON.stringify(request)}'`,
  ];
}
