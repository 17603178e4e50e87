import { seconds } from '../shared/time.ts';

/** Seconds within which "no such entity" from IAM may mean "not visible yet", and STS may not yet see a new role. Source: IAM
 *  User Guide, troubleshooting: changes are eventually consistent, without a number; 60 is our choice. */
export const PROPAGATION_SECONDS = seconds(60);
