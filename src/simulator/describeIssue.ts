import type * as z from 'zod';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Describes an issue in the body of a request in Groq's words. An issue in a message is wrapped in another text, with
 * the role of the message.
 *
 * @example
 * describeIssue(issue, body);
 * // => "'messages.0' : for 'role:user' the following must be satisfied[('messages.0' : property 'id' is unsupported)]"
 */
export function describeIssue(issue: Issue, body: unknown): string {
  const [list, index] = issue.path;
  const role = list === 'messages' && index !== undefined ? at(body, ['messages', index, 'role']) : undefined;
  const complaints = complaintsOf(issue, [], body);
  if (typeof role !== 'string' || issue.path.at(-1) === 'role') return complaints.join(' OR ');
  const wrapped = complaints.map((complaint) => `(${complaint})`).join(' OR ');
  return `'messages.${String(index)}' : for 'role:${role}' the following must be satisfied[${wrapped}]`;
}

function complaintsOf(issue: Issue, above: Path, body: unknown): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return issue.errors.flatMap(([first]) => (first === undefined ? [] : complaintsOf(first, path, body)));
  }
  return [complaint(issue, path, body)];
}

function complaint(issue: Issue, path: Path, body: unknown): string {
  if (issue.code === 'invalid_union' && path.at(-1) === 'role') {
    return `${quoted(path.slice(0, -1))} : discriminator property 'role' has invalid value`;
  }
  const what = flaw(issue, path, at(body, path));
  // The body itself has no path.
  return path.length === 0 && issue.code === 'unrecognized_keys' ? what : `${quoted(path)} : ${what}`;
}

function flaw(issue: Issue, path: Path, value: unknown): string {
  if (issue.code === 'unrecognized_keys') return `property '${issue.keys[0] ?? ''}' is unsupported`;
  if (value === undefined) return `property '${String(path.at(-1) ?? '')}' is missing`;
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'value must be an integer' : `value must be ${article(issue.expected)}`;
    case 'too_big':
      return issue.origin === 'array'
        ? `maximum number of items is ${String(issue.maximum)}`
        : `number must be at most ${String(issue.maximum)}`;
    case 'too_small':
      if (issue.origin === 'array') return `minimum number of items is ${String(issue.minimum)}`;
      return issue.inclusive === false
        ? `number must be more than ${String(issue.minimum)}`
        : `number must be at least ${String(issue.minimum)}`;
    case 'invalid_value': {
      const [only, ...others] = issue.values;
      if (typeof only === 'number' && others.length === 0) return `number must be at most ${only}`;
      return `value is not one of the allowed values ${JSON.stringify(issue.values)}`;
    }
    default:
      return 'value is invalid';
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function quoted(path: Path): string {
  return `'${path.map(String).join('.')}'`;
}

function at(value: unknown, path: Path): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.getOwnPropertyDescriptor(found, key)?.value;
  }
  return found;
}
