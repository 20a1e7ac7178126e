/** A whole number with its thousands apart: `8,000`. */
export const formatNumber = (value: number): string => Math.round(value).toLocaleString('en');
