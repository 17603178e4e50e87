import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { textOf } from '../support/arch/infrastructure.ts';
import { useStack } from '../support/e2e/stack/stack.ts';
import { commandLineRules } from './clients/command-line.ts';
import { generatedClientRules } from './clients/generated-client.ts';
import { webPageRules } from './clients/web-pages.ts';

/** The local stack, with a web page that may call the API. */
const PORTAL = 'https://portal.acme.example';
const folder = mkdtempSync(join(tmpdir(), 'rolewright-clients-'));
const configuration = join(folder, 'config.yaml');
writeFileSync(
  configuration,
  stringify({ ...parse(textOf('sandbox/config.yaml')), cors: { origins: [PORTAL], maxAge: 60 } }),
);
const world = useStack({
  source: { ...sourceOfStage(process.cwd(), 'sandbox'), configuration },
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a web page', () => webPageRules(world, PORTAL));
describe('a client that is generated from the API’s document', () => generatedClientRules(world));
describe('the command line', () => commandLineRules(world));
