import type { Observable } from 'rxjs';
import type { Grant } from '../../src/model/Grant.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import type { WireHeaders } from '../../src/model/WireHeaders.ts';
import type { Transport, WireEvent, WireRequest } from '../../src/ports/Transport.ts';
import type { NamedJob } from './jobs.ts';

/** A grant that records its outcomes. */
export interface TestGrant extends Grant<NamedJob> {
  readonly outcomes: Outcome[];
  readonly learned: WireHeaders[];
}

/** A grant that records its outcomes, also repeated ones. */
export function grantFor(job: NamedJob): TestGrant {
  const grant = {
    job,
    reservation: { key: 'm', id: job.name, cost: job.cost },
    state: 'reserved' as Grant['state'],
    outcomes: [] as Outcome[],
    learned: [] as WireHeaders[],
    sent: () => {
      grant.state = 'sent';
    },
    learn: (headers: WireHeaders) => {
      grant.learned.push(headers);
    },
    settle: (outcome: Outcome) => {
      if (grant.state === 'settled') return;
      grant.state = 'settled';
      grant.outcomes.push(outcome);
    },
  };
  return grant;
}

/** A transport that answers every request with these events, and records the requests. */
export const transportOf = (events: Observable<WireEvent>): Transport & { readonly requests: WireRequest[] } => {
  const requests: WireRequest[] = [];
  return {
    requests,
    send: (request) => {
      requests.push(request);
      return events;
    },
  };
};
