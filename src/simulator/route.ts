/** What a request asks for. */
export type Route =
  | { readonly to: 'chat' }
  | { readonly to: 'models' }
  | { readonly to: 'model'; readonly id: string }
  | { readonly to: 'nowhere' };

/** The path below which the API lies. */
export const BASE_PATH = '/openai/v1';

const MODELS = `${BASE_PATH}/models/`;

/** Tells what a request asks for. The id of a model may have its slash as it is or encoded. */
export function routeOf(method: string, path: string): Route {
  if (method === 'POST' && path === `${BASE_PATH}/chat/completions`) return { to: 'chat' };
  if (method !== 'GET') return { to: 'nowhere' };
  if (path === `${BASE_PATH}/models`) return { to: 'models' };
  const id = path.startsWith(MODELS) ? path.slice(MODELS.length) : '';
  return id === '' ? { to: 'nowhere' } : { to: 'model', id: decoded(id) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
