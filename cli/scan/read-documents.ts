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
  // PowerShell writes UTF-16.
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8');
}

function parse(name: string, text: string): unknown[] {
  if (text.trim() === '') throw new UsageError(`${plainText(name)}: it is empty.`);
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const parts = text.split(/(?<=^[}\]])\s*\n(?=[{[])/m);
    if (parts.length > 1) return parts.flatMap((part) => parse(name, part));
    throw new UsageError(
      `${plainText(name)}: it is not JSON, or ends too early (${plainText((error as Error).message)}). ` +
        'Write the file again: aws iam get-account-authorization-details --output json > account.json',
    );
  }
}
