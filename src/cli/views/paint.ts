// Colours for those who asked for them, and the few shapes of text that every view shares. Nothing here looks at the terminal.

export interface ViewOptions {
  colour: boolean;
  /** Columns that there are. */
  width: number;
}

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;

export type Colour = keyof typeof codes;

/** `paint('red', 'text')`: plain text where colour was not asked for. */
export function painter(colour: boolean): (name: Colour, text: string) => string {
  return (name, text) => (colour && text !== '' ? `\u001b[${codes[name]}m${text}\u001b[0m` : text);
}

/** 850 ms, 12 s, 4 min, 3 h, 2 d: one unit, rounded down. */
export function age(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 1) return `${Math.floor(seconds * 1000)} ms`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** 0.09 s, 2.1 s, 75 s: how long something took. */
export function took(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 1 ? `${seconds.toFixed(2)} s` : seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/** 512 B, 3.4 KiB, 1.2 GiB */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `1 step`, `2 steps` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
