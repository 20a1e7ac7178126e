// The pipe that createGroq() builds, by hand: one line for all requests, which each retry enters again.
import type { GroqError } from 'rxgroq';
import {
  answer,
  countTokens,
  type Job,
  memoryLimitStore,
  prioritize,
  retryWithBackoff,
  type StateToken,
  send,
  type Token,
  throttleByBucket,
  tiktokenCounter,
  timeouts,
  undiciTransport,
  validate,
} from 'rxgroq/operators';
import { startSimulator } from 'rxgroq/simulator';
import { from, lastValueFrom, map, mergeMap, Observable, Subject, type Subscriber, tap } from 'rxjs';

// The second request that arrives is answered with 503.
const simulator = await startSimulator({ faults: [undefined, { kind: 'status', status: 503 }], reply: () => 'Yes.' });
const transport = undiciTransport({ apiKey: 'any', baseURL: simulator.url });
const counter = tiktokenCounter();
await counter.load();

/** One attempt. Its answer or error goes to its subscriber, and it leaves the line when the subscriber does. */
interface Attempt extends Job {
  readonly lifetime: Subscriber<Token | StateToken>;
}

const refuse = ({ lifetime }: Attempt, error: GroqError): void => {
  lifetime.error(error);
};
const started: string[] = [];

const line = new Subject<Attempt>();
line
  .pipe(
    prioritize({ refuse }),
    // One at a time, so that the others wait. The limits are those of the account.
    throttleByBucket({ store: memoryLimitStore({ limits: { rpm: 30, tpm: 8_000 } }), inFlight: 1, refuse }),
    send<Attempt>({ transport }),
  )
  .subscribe((sent) => {
    started.push(String(sent.job.request.user));
    sent.pipe(timeouts({ firstToken: 5_000, fail: sent.fail })).subscribe(sent.job.lifetime);
  });

/** Enters the line with each subscription. The number and the arrival of the job stay, and with them its place. */
const attempt = (job: Job) =>
  new Observable<Token | StateToken>((lifetime) => {
    line.next({ ...job, lifetime });
  });

const requests = ['a', 'b', 'c', 'd', 'urgent'].map((user) => ({
  model: 'openai/gpt-oss-20b',
  messages: [{ role: 'user', content: 'Is the sky blue?' }],
  max_completion_tokens: 100,
  user,
}));

const answers$ = from(requests).pipe(
  validate(),
  countTokens({ counter, priority: ({ user }) => (user === 'urgent' ? 'high' : 'low') }),
  mergeMap((job) =>
    attempt(job).pipe(
      retryWithBackoff(
        { count: 2, initialDelay: 50 },
        {
          retrying: () => {
            console.log(`${job.request.user} enters again`);
          },
        },
      ),
      answer(),
      map(({ message }) => `${job.request.user}: ${message.content}`),
    ),
  ),
  tap((text) => {
    console.log(text);
  }),
);
await lastValueFrom(answers$);

console.log(`started: ${started.join(', ')}`);

line.complete();
await transport.close();
await simulator.close();
