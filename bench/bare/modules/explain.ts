import { records } from '../clients/records.ts';
import { secrets } from '../clients/secrets.ts';

const clients = [records, secrets];

/** The clients of the function `explain`, and nothing else. */
export const handler = async () => clients;
