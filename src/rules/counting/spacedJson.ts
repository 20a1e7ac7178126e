const UNSAFE: Readonly<Record<string, string>> = { '&': '\\u0026', "'": '\\u0027', '<': '\\u003c', '>': '\\u003e' };

/**
 * Writes JSON like the `tojson` filter of Jinja, which chat templates use: with spaces after commas and colons, and
 * with HTML's special characters escaped.
 *
 * @see https://jinja.palletsprojects.com/en/stable/templates/#jinja-filters.tojson
 */
export function spacedJson(value: unknown): string {
  return write(value).replace(/[&'<>]/g, (character) => UNSAFE[character] ?? character);
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${entries.map(([name, field]) => `${JSON.stringify(name)}: ${write(field)}`).join(', ')}}`;
}
