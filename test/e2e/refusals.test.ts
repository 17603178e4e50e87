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

const world = useStack();

bodyRules(world);
parameterRules(world);
queryRules(world);
routeRules(world);
tokenRules(world);
callerRules(world);
awsCallerRules(world);
pipelineRules(world);
fuzzRules(world);
// Last: it looks through all that was logged and stored before.
secretRules(world);
