import type { Admission } from '../../../invariants/evidence.ts';

/** Step tokens of the seeded repositories, good for longer than any walk. */
export type WalkTokens = {
  /** The tokens to show to a role of `acme/shop`, or of one of its environments: first its own, then foreign ones. */
  shownTo(environment: string | undefined): [Admission['token'], string][];
  /** The token of the role's own pipeline. */
  ownOf(environment: string | undefined): string;
};

const TEN_YEARS = 10 * 365 * 86_400;

/** Has the Bitbucket stand-in sign them. */
export async function mintTokens(bitbucketUrl: string): Promise<WalkTokens> {
  async function mint(body: object): Promise<string> {
    const answer = await fetch(`${bitbucketUrl}/sandbox/step-token`, {
      method: 'POST',
      body: JSON.stringify({ ...body, expiresIn: TEN_YEARS }),
    });
    return ((await answer.json()) as { token: string }).token;
  }
  const shop = await mint({ repository: 'acme/shop' });
  const staging = await mint({ repository: 'acme/shop', deployment: 'Staging' });
  const production = await mint({ repository: 'acme/shop', deployment: 'Production' });
  const foreign: [Admission['token'], string][] = [
    ['repository', await mint({ repository: 'acme/web' })],
    ['workspace', await mint({ repository: 'globex/other' })],
    ['audience', await mint({ repository: 'acme/shop', deployment: 'Staging', audiences: ['rolewright'] })],
  ];
  const ownOf = (environment: string | undefined) => (environment ? staging : shop);
  return {
    ownOf,
    shownTo: (environment) => [
      ['own', ownOf(environment)],
      ...foreign,
      ...(environment ? ([['environment', production]] as [Admission['token'], string][]) : []),
    ],
  };
}
