import { describe } from '@jest/globals';
import { sweepWalk } from '../../../../support/crash/sweep-walk.ts';

describe('a sweep whose process dies', () => {
  sweepWalk(6);
});
