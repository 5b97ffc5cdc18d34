// Rows and named columns of a tab-separated file that people edit by hand: quotes mean nothing, columns may follow, lines may be
// blank, and every cell knows where it stands.

export interface TsvRow {
  /** From 1. */
  line: number;
  /** The cell without the space around it; empty where the row is too short. */
  text: (column: string) => string;
  at: (column: string) => { line: number; column: number };
}

export interface Table {
  /** Line of the header. */
  header: number;
  rows: TsvRow[];
}

/** The first line that is not blank is the header. `line` is 0 when there is none. */
export function readTable(text: string, needed: string[]): Table | { missing: string[]; line: number; tabs: boolean } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => line.trim() !== '');
  const head = lines[first];
  if (head === undefined) return { missing: needed, line: 0, tabs: false };
  const columns = new Map<string, number>();
  for (const [index, cell] of head.split('\t').entries()) {
    const name = columnName(cell);
    if (!columns.has(name)) columns.set(name, index);
  }
  const missing = needed.filter((name) => !columns.has(name));
  if (missing.length > 0) return { missing, line: first + 1, tabs: head.includes('\t') };
  const rows = lines.flatMap((line, index) => (index <= first || line.trim() === '' || /^\s*#/.test(line) ? [] : [rowOf(line, index + 1, columns)]));
  return { header: first + 1, rows };
}

/** Does the text begin with such a header? */
export function looksLikeTable(text: string, some: string[]): boolean {
  const head =
    text
      .replace(/^\uFEFF/, '')
      .split(/\r\n|\n|\r/)
      .find((line) => line.trim() !== '') ?? '';
  const names = head.split('\t').map(columnName);
  return names.length > 1 && some.every((name) => names.includes(name));
}

function rowOf(line: string, number: number, columns: Map<string, number>): TsvRow {
  const cells = line.split('\t');
  const cell = (column: string) => cells[columns.get(column) ?? -1] ?? '';
  return {
    line: number,
    text: (column) => cell(column).trim(),
    at: (column) => {
      const before = cells.slice(0, columns.get(column) ?? 0).reduce((sum, one) => sum + one.length + 1, 0);
      const space = cell(column).length - cell(column).trimStart().length;
      return { line: number, column: Math.min(before + space, line.length) + 1 };
    },
  };
}

/** `IP Privée` is IP_PRIVEE, and `#ENV` is ENV. */
function columnName(cell: string): string {
  return cell
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .trim()
    .replace(/^#\s*/, '')
    .replaceAll(/[\s-]+/g, '_')
    .toUpperCase();
}
