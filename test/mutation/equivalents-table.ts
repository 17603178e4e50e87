/** Mutants that change nothing which a caller could see, and why. `text` is the line of the source, trimmed. */
export const equivalents: readonly {
  file: string;
  text: string;
  before: string;
  after: string;
  reason: string;
}[] = [];
