/**
 * How often a test compares at random. Under mutation, where every step is counted and every test is run again and
 * again, it is less often.
 */
export const rounds = (count: number): number => Math.ceil(count / Number(process.env['RXGROQ_LIGHTER'] ?? 1));
