import { ValidationError } from '../errors/ValidationError.ts';

/** The base of all requests: an origin and a path prefix. */
export interface BaseUrl {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly path: string;
}

/** Groq's base URL. */
export const GROQ_URL = 'https://api.groq.com/openai/v1';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Parses a base URL. Without a path it gets Groq's, `/openai/v1`.
 *
 * @param subject The source of the URL, with which the error begins.
 * @param path Its name there.
 * @throws {ValidationError} when it is not a URL, when it would send the key unencrypted to another machine, or when it
 * has a user, a query or a fragment.
 */
export function parseBaseUrl(text: string, subject = 'The options', path = 'baseURL'): BaseUrl {
  const refused = (expected: string, got: string): ValidationError =>
    new ValidationError(subject, [{ path, expected, got }], `The default is ${GROQ_URL}.`);
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw refused('a URL that starts with https:// (or http:// on this machine)', hostIn(text) ?? 'another string');
  }
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname)) {
    throw refused('an https URL, since the key is sent to it', `an http URL to ${url.hostname}`);
  }
  if (url.username !== '' || url.password !== '') throw refused('a URL without a user and a password', 'one with them');
  if (url.search !== '' || url.hash !== '') throw refused('a URL without a query and a fragment', 'one with them');
  const prefix = withoutSlashes(url.pathname);
  return { origin: url.origin, path: prefix === '' ? '/openai/v1' : prefix };
}

/** A host as in `localhost:4070/openai/v1`. Only plain lower-case hosts match, since other strings may be a key. */
const HOST = /^(?:(?:[a-z\d-]{1,63}\.)+[a-z]{2,63}|localhost)(?::\d{1,5})?(?=\/|$)/;

/** The host at the start of a URL without its scheme. The rest is never shown, since it may hold a secret. */
const hostIn = (text: string): string | undefined => {
  const host = HOST.exec(text)?.[0];
  return host === undefined ? undefined : `'${host}'`;
};

// In a loop, since a regular expression would take quadratic time for many slashes.
const withoutSlashes = (path: string): string => {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
};
