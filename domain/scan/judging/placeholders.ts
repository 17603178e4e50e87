/** A word in braces and capitals, which no name, UUID or audience of an issuer can be: `{REPOSITORY-UUID}`. A policy variable,
 *  with its dollar sign, is none. */
const PLACEHOLDER = /(?<!\$)\{[A-Z]+(?:-[A-Z]+)*\}/g;

/** What takes the place of those that do not say it by themselves. */
const WORDS: Record<string, string> = {
  '{REPOSITORY-UUID}': 'the UUID of the repository with its braces',
  '{WORKSPACE-UUID}': 'the UUID of the workspace without braces',
  '{AUDIENCE}': 'the audience that the jobs ask for',
};

const wordsFor = (placeholder: string): string =>
  WORDS[placeholder] ?? `the ${placeholder.slice(1, -1).toLowerCase().replaceAll('-', ' ')}`;

/** What a person has to put into a policy before it admits any token, as a clause without quotation marks: `put the UUID of the
 *  repository with its braces in place of {REPOSITORY-UUID}`. Undefined for a policy that is complete. */
export function fillingOf(policy: unknown): string | undefined {
  const found = [...new Set(JSON.stringify(policy).match(PLACEHOLDER) ?? [])];
  if (found.length === 0) return undefined;
  const parts = found.map((one) => `${wordsFor(one)} in place of ${one}`);
  return `put ${[parts.slice(0, -1).join(', '), parts.at(-1)].filter((one) => one !== '').join(' and ')}`;
}
