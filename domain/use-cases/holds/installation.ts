import { frozenInstallation, type InstallationSwitch } from '../../grants/containment/installation.ts';
import type { Problem } from '../../shared/problem.ts';

/** The problem of granting or widening anything while the installation is frozen; undefined while it is not. */
export async function forbiddenByFreeze(installation: InstallationSwitch): Promise<Problem | undefined> {
  const freeze = await installation.frozen();
  return freeze && frozenInstallation(freeze);
}
