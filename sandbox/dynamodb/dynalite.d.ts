declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Times in milliseconds that a table stays in CREATING, UPDATING, DELETING; `path` is the LevelDB folder,
   *  in memory without one. */
  type DynaliteOptions = {
    path?: string;
    createTableMs?: number;
    updateTableMs?: number;
    deleteTableMs?: number;
  };

  /** An HTTP server whose `close` also closes the database. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
