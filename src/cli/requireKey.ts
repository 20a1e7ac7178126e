import { checkApiKey } from '../rules/apiKey.ts';
import { CliError } from './CliError.ts';

const ADVICE = `There is no key. To get an answer from Groq:

  1. Create one at https://console.groq.com/keys (the free plan is enough).
  2. Put it into the environment:    export GROQ_API_KEY=gsk_...
     or into a file .env here:       GROQ_API_KEY=gsk_...

To see how it works without a key:   rxgroq demo
To try an application without one:   rxgroq simulate`;

/**
 * The key, from the environment: on a command line everybody on the machine could read it.
 *
 * @throws {CliError} that says how to get one, when there is none.
 * @throws {ValidationError} when it cannot be one.
 */
export function requireKey(env: NodeJS.ProcessEnv): string {
  const key = env['GROQ_API_KEY']?.trim();
  if (key === undefined || key === '') throw new CliError(ADVICE);
  return checkApiKey(key, 'The environment', 'GROQ_API_KEY');
}
