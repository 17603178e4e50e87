import { createRequire } from 'node:module';
import type * as CedarModule from '@cedar-policy/cedar-wasm/nodejs';

/** Cedar's engine, compiled to WebAssembly. */
export type Cedar = typeof CedarModule;

const fromHere = createRequire(import.meta.url);

/** Loads Cedar, once in each process. Cedar has 4 MB, and only the functions that make access decisions carry it. It is
 *  required, not imported, so a bundle does not contain it and loads it only when it is needed. */
export function loadCedar(): Cedar {
  return fromHere('@cedar-policy/cedar-wasm/nodejs') as Cedar;
}
