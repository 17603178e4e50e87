import { readFile } from 'node:fs/promises';
import type { SourceDocument } from '../../domain/scan/account/account.ts';
import { UsageError } from '../command.ts';
import { plainText } from '../plain-text.ts';
import { layoutOf, namesWithin, repeatedName } from './json-text.ts';

/** Largest input, in bytes of one file. Our choice: the details of 1 000 roles are about 5 MB, and an account holds at most
 *  5 000. */
const MOST_BYTES = 200 * 1024 * 1024;

/** Deepest nesting of a document, in objects and lists. Our choice: AWS prints fewer than 15, and text that nests without an
 *  end must not exhaust the stack. */
const DEEPEST = 100;

/** Reads every file as JSON; `-` is standard input. A file may hold several documents one after the other, as a loop over
 *  an AWS command prints them. Throws `UsageError` for a file that cannot be read, is not JSON, or has a name twice in one
 *  object, of which a reader would take one and AWS the other. */
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
  return decoded(bytes);
}

/** Text in UTF-8, or in UTF-16 as PowerShell writes it, in either order of bytes, with a mark or without. */
function decoded(bytes: Buffer): string {
  const [first, second] = bytes;
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  if (isLittle) return bytes.toString('utf16le');
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  if (isBig && bytes.length % 2 === 0) return Buffer.from(bytes).swap16().toString('utf16le');
  return bytes.toString('utf8');
}

/** How compressed files begin: gzip, and zip. */
const COMPRESSED = ['\u001f', 'PK\u0003\u0004'];

function parse(name: string, text: string): unknown[] {
  const refusal = (why: string) => new UsageError(`${plainText(name)}: ${why}`);
  if (text.trim() === '') throw refusal('it is empty.');
  if (COMPRESSED.some((beginning) => text.startsWith(beginning)))
    throw refusal('it is compressed; unpack it first, e.g. with gunzip.');
  const { depth, names, ends } = layoutOf(text);
  if (depth > DEEPEST) throw refusal(`it nests deeper than ${DEEPEST} levels, which no output of AWS does.`);
  const documents = ends.map((end, index) => parsed(text.slice(ends[index - 1] ?? 0, end), refusal));
  if (names !== documents.reduce((sum: number, one) => sum + namesWithin(one), 0)) {
    const repeated = plainText(repeatedName(text) ?? '');
    throw refusal(
      `an object in it has the name "${repeated}" twice, so that it says two things. AWS writes a name once.`,
    );
  }
  return documents;
}

function parsed(text: string, refusal: (why: string) => UsageError): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(
      `it is not JSON, or ends too early (${plainText((error as Error).message)}). ` +
        'Write the file again: aws iam get-account-authorization-details --output json > account.json',
    );
  }
}
