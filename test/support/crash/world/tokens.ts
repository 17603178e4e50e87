import type { Admission } from '../../../invariants/evidence.ts';

/** Step tokens of the seeded repositories, good for longer than any walk. */
export type WalkTokens = {
  /** The tokens to show to a role of a repository, or of an environment of `acme/shop`: first its own, then foreign ones. */
  shownTo(repository: SeededRepository, environment: string | undefined): [Admission['token'], string][];
  /** The token of the role's own pipeline. */
  ownOf(repository: SeededRepository, environment: string | undefined): string;
};

/** A repository that grants of the walk are of. */
export type SeededRepository = 'acme/shop' | 'globex/other';

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
  const other = await mint({ repository: 'globex/other' });
  const foreign: Record<SeededRepository, [Admission['token'], string][]> = {
    'acme/shop': [
      ['repository', await mint({ repository: 'acme/web' })],
      ['workspace', other],
      ['audience', await mint({ repository: 'acme/shop', deployment: 'Staging', audiences: ['rolewright'] })],
    ],
    'globex/other': [
      ['workspace', shop],
      ['audience', await mint({ repository: 'globex/other', audiences: ['rolewright'] })],
    ],
  };
  const ownOf: WalkTokens['ownOf'] = (repository, environment) => {
    if (repository === 'globex/other') return other;
    return environment ? staging : shop;
  };
  return {
    ownOf,
    shownTo: (repository, environment) => [
      ['own', ownOf(repository, environment)],
      ...foreign[repository],
      ...(environment ? ([['environment', production]] as [Admission['token'], string][]) : []),
    ],
  };
}
