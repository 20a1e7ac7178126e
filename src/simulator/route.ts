/** The target of a request. */
export type Route =
  | { readonly to: 'chat' }
  | { readonly to: 'models' }
  | { readonly to: 'model'; readonly id: string }
  | { readonly to: 'nowhere' };

/** The base path of the API. */
export const BASE_PATH = '/openai/v1';

const MODELS = `${BASE_PATH}/models/`;

/** Returns the target of a request. The slash in the id of a model may be encoded. */
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
