import { describe } from '@jest/globals';
import { useStack } from '../support/e2e/stack/stack.ts';
import { iamFaultRules, throttlingRules } from './iam/faults.ts';
import { foreignRoleRules } from './iam/foreign-roles.ts';
import { providerRules } from './iam/providers.ts';
import { iamRefusalRules } from './iam/refusals.ts';
import { secretRules } from './refusals/secrets.ts';
import { credentialRules } from './states/credentials.ts';
import { raceRules } from './states/races.ts';
import { stateRules } from './states/states.ts';
import { upstreamFaultRules } from './states/upstream-faults.ts';

const world = useStack();

describe('the state of a grant', () => {
  // First: no workspace has an identity provider yet.
  raceRules(world);
  stateRules(world);
  upstreamFaultRules(world);
  credentialRules(world);
});

describe('IAM', () => {
  providerRules(world);
  iamRefusalRules(world);
  foreignRoleRules(world);
  iamFaultRules(world);
  throttlingRules(world);
});

describe('what is logged and stored', () => {
  // Last: it looks through all of it.
  secretRules(world);
});
