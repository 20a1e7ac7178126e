import { streamedError } from './Fault.ts';
import type { PendingAnswer } from './PendingAnswer.ts';
import { dueAt, dueBy } from './pace.ts';
import { wholeCompletion } from './renderCompletion.ts';

/**
 * Answers in one piece when the last token is due. If the client disconnects before, the tokens written so far are
 * settled.
 */
export function answerWhole(pending: PendingAnswer): void {
  const { exchange, simulation, draft, pace, startedAt, fault } = pending;
  const { response } = exchange;
  const { clock, recorder } = simulation;
  const total = draft.pieces.length;

  const stalled = fault?.kind === 'stall' ? (fault.ms ?? Number.POSITIVE_INFINITY) : 0;
  const timer =
    stalled === Number.POSITIVE_INFINITY
      ? undefined
      : clock.after(dueAt(pace, total) + stalled, () => {
          if (fault === undefined || fault.kind === 'stall') sendWhole(pending);
          else sendBroken(pending, fault);
        });

  response.on('close', () => {
    timer?.unsubscribe();
    if (pending.end(dueBy(pace, clock.now() - startedAt, total))) recorder.aborted();
  });
}

function sendWhole(answering: PendingAnswer): void {
  const { exchange, head, draft, usage, headers } = answering;
  answering.end();
  exchange.json(200, wholeCompletion(head, draft, usage), headers);
}

function sendBroken(answering: PendingAnswer, fault: NonNullable<PendingAnswer['fault']>): void {
  const { exchange, head, draft, usage, headers } = answering;
  const { response } = exchange;
  answering.end(draft.pieces.length);
  if (fault.kind === 'reset') response.socket?.resetAndDestroy();
  else if (fault.kind === 'error') {
    const { status_code = 400, ...error } = streamedError(fault);
    exchange.json(status_code, { error }, headers);
  } else {
    const text = JSON.stringify(wholeCompletion(head, draft, usage));
    const half = text.slice(0, text.length / 2);
    const clean = fault.kind === 'cut' && fault.clean === true;
    exchange.head(200, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(clean ? half : text)),
      ...headers,
    });
    response.write(half, () => {
      if (clean) response.end();
      else response.socket?.end();
    });
  }
}
