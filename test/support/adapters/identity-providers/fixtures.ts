import { aws, cognito } from './amazon.ts';
import { auth0 } from './auth0.ts';
import { entraVersion1, entraVersion2 } from './entra.ts';
import type { ProviderFixture } from './fixture.ts';
import { google } from './google.ts';
import { keycloak } from './keycloak.ts';
import { oktaCustomServer, oktaOrgServer } from './okta.ts';

/** The tokens of every chapter of docs/identity-providers.md that holds entries, in its order. */
export const providerFixtures: readonly ProviderFixture[] = [
  entraVersion2,
  entraVersion1,
  oktaCustomServer,
  oktaOrgServer,
  auth0,
  google,
  keycloak,
  cognito,
  aws,
];
