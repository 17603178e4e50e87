/** A repository's UUID from a path, where its braces may be percent-encoded or left out: shells and clients do either. */
export function repositoryUuidIn(text = ''): string {
  const bare = text.replace(/^(?:\{|%7B)/i, '').replace(/(?:\}|%7D)$/i, '');
  return `{${bare}}`;
}
