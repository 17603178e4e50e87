import { useStack } from '../support/e2e/stack/stack.ts';
import { brokenHandlerRules } from './states/broken-handlers.ts';
import { raceRules } from './states/races.ts';
import { stateRules } from './states/states.ts';
import { upstreamFaultRules } from './states/upstream-faults.ts';

const world = useStack();

raceRules(world);
stateRules(world);
upstreamFaultRules(world);
brokenHandlerRules(world);
