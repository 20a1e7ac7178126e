/** How large a terminal is, in cells. Some do not tell, and then it has the size that most begin with. */
export const sizeOf = ({ columns, rows }: { readonly columns?: number; readonly rows?: number }) => ({
  columns: columns || 80,
  rows: rows || 24,
});
