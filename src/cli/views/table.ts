// Rows in aligned columns, without lines around them; the last column wraps at the width that there is.

import Table from 'cli-table3';

export interface TableOptions {
  width: number;
  /** Spaces before each line. */
  indent?: number;
}

const gap = 2;
const narrowest = 24;

/** Cells may hold colours. Lines have no spaces at their end. */
export function table(rows: string[][], { width, indent = 0 }: TableOptions): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (columns === 0) return '';
  const widths = Array.from({ length: columns }, (_, n) => Math.max(0, ...rows.map((row) => visible(row[n] ?? ''))) + gap);
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each, indent);
  widths[columns - 1] = Math.max(narrowest, Math.min(widths.at(-1) ?? 0, width - before)) + gap;
  const none = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ];
  const drawn = new Table({
    chars: Object.fromEntries(none.map((name) => [name, ''])),
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [], compact: true },
    colWidths: widths,
    wordWrap: true,
  });
  // Every row has every column, or the library counts columns anew.
  drawn.push(...rows.map((row) => Array.from({ length: columns }, (_, n) => row[n] ?? '')));
  return drawn
    .toString()
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line}`.trimEnd())
    .join('\n');
}

function visible(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
  return Array.from(text.replace(/\u001b\[\d+m/g, '')).length;
}
