import { describe } from '@jest/globals';
import { useStack } from '../support/e2e/stack/stack.ts';
import { iamFaultRules, throttlingRules } from './iam/faults.ts';
import { foreignRoleRules } from './iam/foreign-roles.ts';
import { providerRules } from './iam/providers.ts';
import { iamRefusalRules } from './iam/refusals.ts';
import { awsCallerRules } from './refusals/aws-callers.ts';
import { bodyRules } from './refusals/bodies.ts';
import { callerRules } from './refusals/callers.ts';
import { parameterRules } from './refusals/parameters.ts';
import { pipelineRules } from './refusals/pipelines.ts';
import { queryRules } from './refusals/queries.ts';
import { routeRules } from './refusals/routes.ts';
import { secretRules } from './refusals/secrets.ts';
import { tokenRules } from './refusals/tokens.ts';
import { fuzzRules } from './refusals/whatever-is-sent.ts';
import { brokenHandlerRules } from './states/broken-handlers.ts';
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

describe('a refusal', () => {
  bodyRules(world);
  parameterRules(world);
  queryRules(world);
  routeRules(world);
  tokenRules(world);
  callerRules(world);
  awsCallerRules(world);
  pipelineRules(world);
  fuzzRules(world);
});

describe('a failure inside a function', () => {
  // Late: it alters what is stored.
  brokenHandlerRules(world);
  // Last: it looks through all that was logged and stored before.
  secretRules(world);
});
