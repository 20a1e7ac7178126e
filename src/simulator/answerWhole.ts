import type { Answering } from './Answering.ts';
import { streamedError } from './Fault.ts';
import { dueAt, dueBy } from './pace.ts';
import { wholeCompletion } from './renderCompletion.ts';

/**
 * Answers in one piece, when the last token is due. When the client goes away before, what the model had written until
 * then is settled.
 */
export function answerWhole(answering: Answering): void {
  const { exchange, simulation, draft, pace, startedAt, fault } = answering;
  const { response } = exchange;
  const { clock, ledger } = simulation;
  const total = draft.pieces.length;

  const stalled = fault?.kind === 'stall' ? (fault.ms ?? Number.POSITIVE_INFINITY) : 0;
  const timer =
    stalled === Number.POSITIVE_INFINITY
      ? undefined
      : clock.after(dueAt(pace, total) + stalled, () => {
          if (fault === undefined || fault.kind === 'stall') sendWhole(answering);
          else sendBroken(answering, fault);
        });

  response.on('close', () => {
    timer?.unsubscribe();
    if (answering.end(dueBy(pace, clock.now() - startedAt, total))) ledger.aborted();
  });
}

function sendWhole(answering: Answering): void {
  const { exchange, head, draft, usage, headers } = answering;
  answering.end();
  exchange.json(200, wholeCompletion(head, draft, usage), headers);
}

function sendBroken(answering: Answering, fault: NonNullable<Answering['fault']>): void {
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
