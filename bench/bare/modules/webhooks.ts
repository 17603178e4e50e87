import { functions } from '../clients/functions.ts';
import { secrets } from '../clients/secrets.ts';

const clients = [functions, secrets];

/** The clients of the function `webhooks`, and nothing else. */
export const handler = async () => clients;
