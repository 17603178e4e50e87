import { readFile } from 'node:fs/promises';
import type { SourceDocument } from '../../domain/scan/account/account.ts';
import { UsageError } from '../command.ts';
import { plainText } from '../plain-text.ts';

/** Largest input, in bytes of one file. Our choice: the details of 1 000 roles are about 5 MB, and an account holds at most
 *  5 000. */
const MOST_BYTES = 200 * 1024 * 1024;

/** Reads every file as JSON; `-` is standard input. A file may hold several documents one after the other, as a loop over
 *  an AWS command prints them. Throws `UsageError` for a file that cannot be read or is not JSON. */
export async function readDocuments(
  files: readonly string[],
  readInput: () => Promise<string>,
): Promise<SourceDocument[]> {
  const documents: SourceDocument[] = [];
  for (const file of new Set(files)) {
    const text = file === '-' ? await readInput() : await readText(file);
    const name = file === '-' ? 'standard input' : file;
    documents.push(...parse(name, text.replace(/^\ufeff/, '')).map((content) => ({ file: name, content })));
  }
  return documents;
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT'
        ? 'there is no such file'
        : error.code === 'EISDIR'
          ? 'it is a folder'
          : `it cannot be read (${error.code ?? 'unknown error'})`;
    throw new UsageError(`${plainText(file)}: ${why}.`);
  });
  if (bytes.length > MOST_BYTES) throw new UsageError(`${plainText(file)}: it is larger than 200 MB.`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new UsageError(`${plainText(file)}: it is compressed. Unpack it first: gunzip.`);
  }
  // PowerShell writes UTF-16.
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8');
}

function parse(name: string, text: string): unknown[] {
  if (text.trim() === '') throw new UsageError(`${plainText(name)}: it is empty.`);
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const parts = documentsIn(text);
    if (parts.length > 1) return parts.flatMap((part) => parse(name, part));
    throw new UsageError(
      `${plainText(name)}: it is not JSON, or ends too early (${plainText((error as Error).message)}). ` +
        'Write the file again: aws iam get-account-authorization-details --output json > account.json',
    );
  }
}

/** The objects and lists that a text holds one after the other, with or without line breaks between them; the last may not be
 *  whole. */
function documentsIn(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  // Strings are taken whole, so that what is in them does not count.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token.length > 1) continue;
    depth += token === '{' || token === '[' ? 1 : -1;
    if (depth > 0) continue;
    parts.push(text.slice(from, index + 1));
    from = index + 1;
    depth = 0;
  }
  const rest = text.slice(from);
  return rest.trim() === '' ? parts : [...parts, rest];
}
