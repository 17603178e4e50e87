import { describe } from '@jest/globals';
import { useStack } from '../support/e2e/stack/stack.ts';
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

const world = useStack();

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
