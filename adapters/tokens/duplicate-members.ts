/** True if an object of a JSON text, at any depth, names a member more than once. `JSON.parse` keeps the last one, other
 *  readers the first: two could read two tokens. The text must be valid JSON. */
export function hasDuplicateMembers(json: string): boolean {
  // The names of each object that is open, innermost last; undefined for a list.
  const open: (Set<string> | undefined)[] = [];
  // A string before a colon is a name. Nothing else of the text matters but where objects and lists begin and end.
  for (const [token, name] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (name !== undefined && isKnown(open.at(-1), JSON.parse(name))) return true;
  }
  return false;
}

/** Whether a set has a name, which it has from then on. */
function isKnown(names: Set<string> | undefined, name: string): boolean {
  const size = names?.size;
  return names?.add(name).size === size;
}
