import type { ScanCode } from '../codes.ts';

/** One thing about a statement that is not as it should be. `opens`: it can be why strangers get in; `closes`: it can be why
 *  no token does; `weak`: neither by itself. */
export type Cause = { code: ScanCode; effect: 'opens' | 'closes' | 'weak'; summary: string };
