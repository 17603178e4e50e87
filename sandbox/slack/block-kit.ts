import type { Block } from './state.ts';

type Json = Record<string, unknown>;
type Surface = 'message' | 'modal';

/** Slack's limits, in characters or items. Sources: the types of @slack/types; 50 blocks a message and 100 a view from
 *  Slack's reference for blocks. */
const LIMITS = {
  blocks: { message: 50, modal: 100 },
  id: 255,
  header: 150,
  sectionText: 3000,
  sectionFields: 10,
  sectionField: 2000,
  contextElements: 10,
  actionsElements: 25,
  label: 2000,
  hint: 2000,
  buttonText: 75,
  buttonValue: 2000,
  url: 3000,
  options: 100,
  optionText: 75,
  optionValue: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  placeholder: 150,
  initialValue: 3000,
  viewTitle: 24,
  privateMetadata: 3000,
  callbackId: 255,
  messageText: 40_000,
} as const;

const MESSAGE_BLOCKS = ['section', 'header', 'context', 'actions', 'divider', 'image', 'rich_text'];
const MODAL_BLOCKS = [...MESSAGE_BLOCKS, 'input'];

/** Everything in blocks that Slack would refuse as `invalid_blocks`, as `/path: what is wrong`. */
function blockFaults(blocks: unknown, surface: Surface): string[] {
  if (!Array.isArray(blocks)) return ['/blocks: must be a list'];
  const faults: string[] = [];
  const most = LIMITS.blocks[surface];
  if (blocks.length > most) faults.push(`/blocks: more than ${most}`);
  const ids = new Set<string>();
  blocks.forEach((block: Json, n) => {
    const at = `/blocks/${n}`;
    const allowed = surface === 'modal' ? MODAL_BLOCKS : MESSAGE_BLOCKS;
    if (!allowed.includes(String(block?.type))) {
      faults.push(`${at}/type: ${String(block?.type)} is not allowed in a ${surface}`);
      return;
    }
    const id = block.block_id;
    if (id !== undefined) {
      faults.push(...lengthFaults(`${at}/block_id`, id, LIMITS.id));
      if (ids.has(String(id))) faults.push(`${at}/block_id: ${String(id)} is given more than once`);
      ids.add(String(id));
    }
    faults.push(...contentFaults(block, at));
  });
  return faults;
}

function contentFaults(block: Json, at: string): string[] {
  switch (block.type) {
    case 'header':
      return plainTextFaults(`${at}/text`, block.text, LIMITS.header);
    case 'section': {
      const fields = block.fields as Json[] | undefined;
      const faults = fields ? [] : textFaults(`${at}/text`, block.text, LIMITS.sectionText);
      if (fields && block.text) faults.push(...textFaults(`${at}/text`, block.text, LIMITS.sectionText));
      if (fields && (fields.length === 0 || fields.length > LIMITS.sectionFields)) {
        faults.push(`${at}/fields: 1 to ${LIMITS.sectionFields}`);
      }
      fields?.forEach((field, n) => {
        faults.push(...textFaults(`${at}/fields/${n}`, field, LIMITS.sectionField));
      });
      if (block.accessory) faults.push(...elementFaults(block.accessory as Json, `${at}/accessory`));
      return faults;
    }
    case 'context':
      return listFaults(block.elements, `${at}/elements`, {
        most: LIMITS.contextElements,
        check: (element, path) => textFaults(path, element, LIMITS.sectionText),
      });
    case 'actions':
      return listFaults(block.elements, `${at}/elements`, {
        most: LIMITS.actionsElements,
        check: elementFaults,
      });
    case 'input': {
      const faults = plainTextFaults(`${at}/label`, block.label, LIMITS.label);
      if (block.hint) faults.push(...plainTextFaults(`${at}/hint`, block.hint, LIMITS.hint));
      return [...faults, ...elementFaults(block.element as Json, `${at}/element`)];
    }
    default:
      return [];
  }
}

function elementFaults(element: Json, at: string): string[] {
  const faults = lengthFaults(`${at}/action_id`, element?.action_id ?? 'none', LIMITS.id);
  if (element?.placeholder) {
    faults.push(...plainTextFaults(`${at}/placeholder`, element.placeholder, LIMITS.placeholder));
  }
  switch (element?.type) {
    case 'button':
      faults.push(...plainTextFaults(`${at}/text`, element.text, LIMITS.buttonText));
      if (element.value !== undefined)
        faults.push(...lengthFaults(`${at}/value`, element.value, LIMITS.buttonValue));
      if (element.url !== undefined) faults.push(...lengthFaults(`${at}/url`, element.url, LIMITS.url));
      if (element.style !== undefined && !['primary', 'danger'].includes(String(element.style))) {
        faults.push(`${at}/style: primary or danger`);
      }
      if (element.confirm) faults.push(...confirmFaults(element.confirm as Json, `${at}/confirm`));
      return faults;
    case 'static_select':
    case 'multi_static_select':
    case 'radio_buttons':
    case 'checkboxes':
      return [
        ...faults,
        ...listFaults(element.options, `${at}/options`, { most: LIMITS.options, check: optionFaults }),
      ];
    case 'plain_text_input':
      if (element.initial_value !== undefined)
        faults.push(...maxLengthFaults(`${at}/initial_value`, element.initial_value, LIMITS.initialValue));
      return faults;
    case 'overflow':
    case 'datepicker':
    case 'number_input':
      return faults;
    default:
      return [`${at}/type: ${String(element?.type)} is not an element that this sandbox supports`];
  }
}

const optionFaults = (option: Json, at: string): string[] => [
  ...textFaults(`${at}/text`, option.text, LIMITS.optionText),
  ...lengthFaults(`${at}/value`, option.value, LIMITS.optionValue),
  ...(option.description ? textFaults(`${at}/description`, option.description, LIMITS.optionText) : []),
];

const confirmFaults = (confirm: Json, at: string): string[] => [
  ...plainTextFaults(`${at}/title`, confirm.title, LIMITS.confirmTitle),
  ...textFaults(`${at}/text`, confirm.text, LIMITS.confirmText),
  ...plainTextFaults(`${at}/confirm`, confirm.confirm, LIMITS.confirmButton),
  ...plainTextFaults(`${at}/deny`, confirm.deny, LIMITS.confirmButton),
];

function listFaults(
  list: unknown,
  at: string,
  { most, check }: { most: number; check(item: Json, at: string): string[] },
): string[] {
  if (!Array.isArray(list) || list.length === 0) return [`${at}: must hold 1 to ${most}`];
  const faults = list.length > most ? [`${at}: more than ${most}`] : [];
  return [...faults, ...list.flatMap((item: Json, n) => check(item, `${at}/${n}`))];
}

function textFaults(at: string, text: unknown, most: number): string[] {
  const { type, text: content } = (text ?? {}) as Json;
  if (type !== 'plain_text' && type !== 'mrkdwn') return [`${at}: must be plain_text or mrkdwn`];
  return lengthFaults(at, content, most);
}

function plainTextFaults(at: string, text: unknown, most: number): string[] {
  const { type, text: content } = (text ?? {}) as Json;
  return type === 'plain_text' ? lengthFaults(at, content, most) : [`${at}: must be plain_text`];
}

const lengthFaults = (at: string, text: unknown, most: number): string[] =>
  rangeFaults(at, text, { least: 1, most });

const maxLengthFaults = (at: string, text: unknown, most: number): string[] =>
  rangeFaults(at, text, { least: 0, most });

function rangeFaults(at: string, text: unknown, { least, most }: { least: number; most: number }): string[] {
  if (typeof text !== 'string') return [`${at}: must be text`];
  return text.length < least || text.length > most ? [`${at}: ${least} to ${most} characters`] : [];
}

/** Everything in a modal that Slack would refuse as `invalid_arguments`. */
export function viewFaults(view: unknown): string[] {
  const modal = (typeof view === 'object' && view !== null ? view : {}) as Json;
  const faults = modal.type === 'modal' ? [] : ['/type: must be modal'];
  faults.push(...plainTextFaults('/title', modal.title, LIMITS.viewTitle));
  for (const name of ['submit', 'close']) {
    if (modal[name]) faults.push(...plainTextFaults(`/${name}`, modal[name], LIMITS.viewTitle));
  }
  if (modal.private_metadata !== undefined)
    faults.push(...maxLengthFaults('/private_metadata', modal.private_metadata, LIMITS.privateMetadata));
  if (modal.callback_id !== undefined)
    faults.push(...lengthFaults('/callback_id', modal.callback_id, LIMITS.callbackId));
  faults.push(...blockFaults(modal.blocks, 'modal'));
  const hasInput = Array.isArray(modal.blocks) && modal.blocks.some((block: Block) => block.type === 'input');
  if (hasInput && !modal.submit) faults.push('/submit: is missing where a block takes input');
  return faults;
}

/** Slack's answer to a message's content: its error code and every problem; undefined if the content is valid. */
export function messageFault(message: Json): { error: string; messages: string[] } | undefined {
  const { text, blocks } = message;
  const hasText = typeof text === 'string' && text !== '';
  if (!hasText && blocks === undefined) return { error: 'no_text', messages: ['/text: is missing'] };
  if (hasText && text.length > LIMITS.messageText)
    return { error: 'msg_too_long', messages: ['/text: is too long'] };
  const faults = blocks === undefined ? [] : blockFaults(blocks, 'message');
  return faults.length > 0 ? { error: 'invalid_blocks', messages: faults } : undefined;
}
