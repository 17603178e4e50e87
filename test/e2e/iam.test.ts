import { useStack } from '../support/e2e/stack/stack.ts';
import { iamFaultRules, throttlingRules } from './iam/faults.ts';
import { foreignRoleRules } from './iam/foreign-roles.ts';
import { providerRules } from './iam/providers.ts';
import { iamRefusalRules } from './iam/refusals.ts';

const world = useStack();

providerRules(world);
iamRefusalRules(world);
foreignRoleRules(world);
iamFaultRules(world);
throttlingRules(world);
