import { isCancelledError, isClosedError } from '../../errors/guards.ts';

/** Whether an error means that the answer is no longer wanted, however much of it has arrived. */
export const isGivenUp = (error: unknown): boolean => isCancelledError(error) || isClosedError(error);
