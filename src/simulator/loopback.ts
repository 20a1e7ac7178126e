/** The names of this machine. */
const NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Whether a `Host` header names this machine. The header reveals a web page whose own name was rebound to 127.0.0.1.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host ?? '') ?? [];
  return NAMES.has(name.toLowerCase());
}

/** Whether a request comes from no web page, or from one that this machine serves. */
export function isLoopbackOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const [, host] = /^https?:\/\/(.*)$/.exec(origin) ?? [];
  return isLoopbackHost(host);
}
