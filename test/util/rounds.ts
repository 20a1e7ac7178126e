/**
 * The number of random comparisons in a test. It is smaller in mutation tests, which run slowly and repeat each test
 * many times.
 */
export const rounds = (count: number): number => Math.ceil(count / Number(process.env['RXGROQ_LIGHTER'] ?? 1));
