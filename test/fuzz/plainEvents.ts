import type { ServerEvent } from '../../src/model/Chunk.ts';

/**
 * Reads the events of a whole stream line by line, exactly as the standard describes it, without optimization: the
 * reference for the parser of this package.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function plainEvents(bytes: Uint8Array): ServerEvent[] {
  const events: ServerEvent[] = [];
  let text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (text.startsWith('\ufeff')) text = text.slice(1);
  // Text after the last line break is not a complete line.
  const lines = text.split(/\r\n|\r|\n/).slice(0, -1);
  let lastEventId = '';
  let event = '';
  let data: string[] = [];
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) events.push({ event: event === '' ? 'message' : event, data: data.join('\n'), lastEventId });
      event = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) lastEventId = value;
  }
  return events;
}
