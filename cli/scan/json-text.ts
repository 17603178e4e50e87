/** What the text of JSON documents says of itself: how deep it nests, how many names its objects have, and where each
 *  document ends, the last one also where it ends too early. */
export type JsonLayout = { depth: number; names: number; ends: readonly number[] };

/** Codes of characters, as a text of megabytes is walked over faster by them. A bracket and its brace differ in one bit. */
const [SPACE, QUOTE, COLON, OPENING, CLOSING] = [0x20, 0x22, 0x3a, 0x7b, 0x7d];
const BRACE_BIT = 0x20;

/** Walks over text that holds JSON documents one after the other. It does not check that they are JSON. */
export function layoutOf(text: string): JsonLayout {
  let [level, depth, names] = [0, 0, 0];
  const ends: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char <= SPACE) continue;
    if (char === QUOTE) at = stringEnd(text, at);
    else if (char === COLON) names += 1;
    else if ((char | BRACE_BIT) === OPENING) {
      level += 1;
      depth = Math.max(depth, level);
    } else if ((char | BRACE_BIT) === CLOSING) {
      level -= 1;
      if (level === 0) ends.push(at + 1);
    }
  }
  return { depth, names, ends: withRest(text, ends) };
}

/** The ends of documents, and the end of the text where more than white space follows them. */
function withRest(text: string, ends: readonly number[]): readonly number[] {
  const isDone = ends.length > 0 && text.slice(ends.at(-1)).trim() === '';
  return isDone ? ends : [...ends, text.length];
}

/** The place of the quotation mark that ends the string which begins at a place; the end of the text where none does. */
function stringEnd(text: string, from: number): number {
  let end = from;
  let slashes = 1;
  while (slashes % 2 === 1) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
  }
  return end;
}

/** How many names the objects of a value have. */
export function namesWithin(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts = Object.values(value);
  let names = Array.isArray(value) ? 0 : parts.length;
  for (const part of parts) names += namesWithin(part);
  return names;
}

/** A name that one object of a JSON text has twice; undefined where none has. */
export function repeatedName(text: string): string | undefined {
  const open: Set<string>[] = [];
  let latest = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') {
      const end = stringEnd(text, at);
      latest = text.slice(at, end + 1);
      at = end;
    } else if (char === '{') open.push(new Set());
    else if (char === '}') open.pop();
    else if (char === ':') {
      const name = String(JSON.parse(latest));
      if (open.at(-1)?.has(name)) return name;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}
