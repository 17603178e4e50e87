import type { ConsumerTokens } from '../credentials/consumer-tokens.ts';
import type { StateStore } from '../state.ts';

/** What the API is made of. `url` is the stand-in's own address, `now` in milliseconds. */
export type RestParts = { store: StateStore; tokens: ConsumerTokens; url: () => string; now: () => number };
