import { createRequire } from 'node:module';
import type * as CedarModule from '@cedar-policy/cedar-wasm/nodejs';

/** Cedar's engine, compiled to WebAssembly. */
export type Cedar = typeof CedarModule;

let engine: Cedar | undefined;

/** Loads Cedar, once for each process: 4 MB that only the functions that decide who may do what carry and load. It is
 *  required, not imported, so that a bundle neither holds it nor asks for it before it is needed. */
export function loadCedar(): Cedar {
  engine ??= createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as Cedar;
  return engine;
}
