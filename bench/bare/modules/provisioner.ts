import { functions } from '../clients/functions.ts';
import { iam } from '../clients/iam.ts';
import { records } from '../clients/records.ts';
import { secrets } from '../clients/secrets.ts';

const clients = [functions, iam, records, secrets];

/** The clients of the function `provisioner`, and nothing else. */
export const handler = async () => clients;
