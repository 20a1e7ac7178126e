/**
 * The names of the options of a call, which are passed after its request. As fields of the request they would be sent
 * to Groq, which refuses unknown fields.
 */
export type CallOptionName =
  | 'priority'
  | 'tenant'
  | 'tag'
  | 'slack'
  | 'place$'
  | 'signal'
  | 'fitOutput'
  | 'timeouts'
  | 'retry'
  | 'paused$'
  | 'backpressure'
  | 'buffer'
  | 'lifecycle';

/** An object without any of them: otherwise a function that returns a request could include them unnoticed. */
export type WithoutCallOptions = { readonly [Name in CallOptionName]?: undefined };
