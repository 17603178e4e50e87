import { functions } from '../clients/functions.ts';
import { records } from '../clients/records.ts';
import { secrets } from '../clients/secrets.ts';

const clients = [functions, records, secrets];

/** The clients of the function `revocations`, and nothing else. */
export const handler = async () => clients;
