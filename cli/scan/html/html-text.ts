import { plainText } from '../../plain-text.ts';

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of a stranger for HTML and SVG, in content and in quoted attributes alike. */
export const htmlText = (text: string): string =>
  plainText(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
