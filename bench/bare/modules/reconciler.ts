import { functions } from '../clients/functions.ts';
import { records } from '../clients/records.ts';

const clients = [functions, records];

/** The clients of the function `reconciler`, and nothing else. */
export const handler = async () => clients;
