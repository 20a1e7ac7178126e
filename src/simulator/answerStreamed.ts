import { type AnswerFault, streamedError } from './Fault.ts';
import type { PendingAnswer } from './PendingAnswer.ts';
import { type Playing, play } from './pace.ts';
import {
  DONE_EVENT,
  dataEvent,
  errorEvent,
  firstChunk,
  lastChunk,
  tokenChunk,
  usageChunk,
} from './renderCompletion.ts';

/** Groq's headers for a stream. */
const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } as const;

/**
 * Answers with a stream of one chunk per token. Chunks that are due at the same time are sent together. The model waits
 * while the client does not read. If the client disconnects, the model stops, and its tokens so far are settled.
 */
export function answerStreamed(pending: PendingAnswer): void {
  const { exchange, simulation, head, draft, pace, startedAt, fault, headers } = pending;
  const { response } = exchange;
  const { clock, recorder } = simulation;
  /** The number of sent pieces. */
  let sent = 0;
  let playing: Playing | undefined;

  const emit = (from: number, to: number): boolean => {
    let text = from === 0 ? dataEvent(firstChunk(head, draft)) : '';
    for (const { token } of draft.pieces.slice(from, to)) if (token) text += dataEvent(tokenChunk(head, token));
    sent = to;
    return text === '' || response.write(text);
  };
  const run = (from: number, to: number, delay: number, done: () => void): void => {
    playing = play({ clock, pace, startedAt: startedAt + delay, from, to, emit, done });
  };
  const finish = (): void => {
    pending.end();
    response.end(lastEvents(pending));
  };

  exchange.head(200, { ...STREAM_HEADERS, ...headers });
  response.flushHeaders();
  response.on('drain', () => playing?.resume());
  response.on('close', () => {
    playing?.unsubscribe();
    if (pending.end(sent)) recorder.aborted();
  });

  const total = draft.pieces.length;
  if (fault === undefined) {
    run(0, total, 0, finish);
    return;
  }
  const after = Math.min(fault.after ?? 0, total);
  run(0, after, 0, () => {
    if (fault.kind !== 'stall') {
      pending.end(sent);
      breakOff(pending, fault);
    } else if (fault.ms !== undefined) run(after, total, fault.ms, finish);
  });
}

function lastEvents({ head, draft, usage, call }: PendingAnswer): string {
  return (
    (draft.pieces.length === 0 ? dataEvent(firstChunk(head, draft)) : '') +
    dataEvent(lastChunk(head, draft.finish, usage)) +
    (call.includeUsage ? dataEvent(usageChunk(head, usage)) : '') +
    DONE_EVENT
  );
}

function breakOff({ exchange: { response } }: PendingAnswer, fault: Exclude<AnswerFault, { kind: 'stall' }>): void {
  switch (fault.kind) {
    case 'error':
      response.end(errorEvent(streamedError(fault)));
      break;
    case 'reset':
      response.socket?.resetAndDestroy();
      break;
    case 'cut':
      if (fault.clean === true) response.end();
      else response.socket?.end();
      break;
  }
}
