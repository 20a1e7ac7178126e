/**
 * What a call may be told beside its request. Within the request it would go to Groq, which refuses fields that it does
 * not know.
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

/** What holds none of them. A function that gives a request may otherwise give them with it, and nothing would tell. */
export type WithoutCallOptions = { readonly [Name in CallOptionName]?: undefined };
