import { z } from 'zod';
import { stateFile } from '../state-file.ts';

/** One block of Block Kit, as it was sent. */
const blockSchema = z.looseObject({ type: z.string() });

const messageSchema = z.strictObject({
  /** Slack's id of a message: seconds, a dot, six digits. Unique and increasing. */
  ts: z.string(),
  channel: z.string(),
  channelName: z.string(),
  /** The one user who sees it; absent for a message that the whole channel sees. */
  ephemeralTo: z.string().optional(),
  via: z.enum(['chat.postMessage', 'chat.postEphemeral', 'response_url', 'reply']),
  text: z.string(),
  blocks: z.array(blockSchema),
  /** How often it was changed. */
  edits: z.int(),
});

const viewSchema = z.strictObject({
  id: z.string(),
  hash: z.string(),
  /** The user who has the modal open. */
  user: z.string(),
  isOpen: z.boolean(),
  /** Errors at its fields after a submission, by block id. */
  errors: z.record(z.string(), z.string()),
  view: z.looseObject({ blocks: z.array(blockSchema) }),
});

const responseUrlSchema = z.strictObject({
  id: z.string(),
  channel: z.string(),
  user: z.string(),
  usesLeft: z.int(),
  /** Milliseconds. */
  expiresAt: z.number(),
  /** The message whose button was pressed. */
  messageTs: z.string().optional(),
});

const stateSchema = z.strictObject({
  version: z.literal(1),
  lastTs: z.number(),
  messages: z.array(messageSchema),
  views: z.array(viewSchema),
  responseUrls: z.array(responseUrlSchema),
});

export type Block = z.infer<typeof blockSchema>;
export type Message = z.infer<typeof messageSchema>;
export type OpenView = z.infer<typeof viewSchema>;
export type ResponseUrl = z.infer<typeof responseUrlSchema>;
export type SlackState = z.infer<typeof stateSchema>;

/** The state in memory and its file. Change `state`, then `save`, then answer: an answered change is on disk. */
export type StateStore = {
  readonly state: SlackState;
  /** Writes the file whole or not at all. */
  save(): void;
  /** A new message id at `now` in milliseconds. */
  nextTs(now: number): string;
};

/** Opens `<dir>/slack.json`, or creates it empty. Errors: a file that is there but cannot be understood. */
export function openState(dir: string): StateStore {
  const file = stateFile(dir, 'slack.json', stateSchema);
  const state = file.read() ?? { version: 1, lastTs: 0, messages: [], views: [], responseUrls: [] };
  const store: StateStore = {
    state,
    save: () => file.write(state),
    nextTs(now) {
      state.lastTs = Math.max(state.lastTs + 1, now * 1000);
      return `${Math.floor(state.lastTs / 1e6)}.${String(state.lastTs % 1e6).padStart(6, '0')}`;
    },
  };
  store.save();
  return store;
}
