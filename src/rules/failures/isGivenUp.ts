import { isCancelledError, isClosedError } from '../../errors/guards.ts';

/** Whether an error says that nobody wants the answer any more, however much of it there is. */
export const isGivenUp = (error: unknown): boolean => isCancelledError(error) || isClosedError(error);
