// Reads the schema itself: which keys a section has, and what is said of them. For messages and for the reference page.

import { z } from 'zod';
import { type DefaultText, defaultTexts } from './schema-fields.ts';
import type { Path } from './problem.ts';
import { durationPattern, sizePattern } from './units.ts';

export interface KeyText {
  /** `redis.port`; `hosts.NAME.address` inside an open section. */
  key: string;
  type: string;
  required: boolean;
  default?: DefaultText;
  description: string;
  examples: unknown[];
  /** A section has keys of its own, which follow it in the list. */
  section: boolean;
}

/** The keys that a section may have, at a path of values. Empty where any key may stand. */
export function childrenOf(schema: z.ZodType, path: Path): string[] {
  let here: z.ZodType | undefined = inner(schema);
  for (const step of path) {
    here = sectionsOf(here)
      .map((section) =>
        section instanceof z.ZodObject
          ? (section.shape[step] as z.ZodType | undefined)
          : section instanceof z.ZodRecord || section instanceof z.ZodArray
            ? elementOf(section)
            : undefined,
      )
      .find((found) => found !== undefined);
    if (here === undefined) return [];
  }
  return sectionsOf(here).flatMap((section) => (section instanceof z.ZodObject ? Object.keys(section.shape) : []));
}

/** Every key of a schema in the order of writing, sections before what they hold. */
export function allKeys(schema: z.ZodType, prefix = ''): KeyText[] {
  return sectionsOf(schema).flatMap((section) => {
    if (section instanceof z.ZodRecord) return allKeys(elementOf(section), `${prefix}NAME.`);
    if (!(section instanceof z.ZodObject)) return [];
    return Object.entries(section.shape as Record<string, z.ZodType>).flatMap(([name, child]) => {
      const about = inner(child);
      const meta = z.globalRegistry.get(about);
      const key = `${prefix}${name}`;
      const below = about instanceof z.ZodObject || about instanceof z.ZodRecord ? allKeys(about, `${key}.`) : [];
      const fallback = defaultTexts.get(about)?.default;
      return [
        {
          key,
          type: typeName(about),
          required: !(child instanceof z.ZodOptional),
          ...(fallback === undefined ? {} : { default: fallback }),
          description: meta?.description ?? '',
          examples: (meta?.['examples'] as unknown[] | undefined) ?? [],
          section: below.length > 0,
        },
        ...below,
      ];
    });
  });
}

function typeName(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${String(option)}\``).join(', ');
  if (schema instanceof z.ZodObject) return 'section';
  if (schema instanceof z.ZodRecord) return 'section of NAME: value';
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodNumber) return schema.maxValue === 65_535 ? 'port' : 'whole number';
  if (schema instanceof z.ZodUnion) return formsOf(schema);
  const { pattern = '' } = z.toJSONSchema(schema) as { pattern?: string };
  if (pattern === durationPattern.source) return 'duration';
  if (pattern === sizePattern.source) return 'size';
  return 'text';
}

function formsOf(schema: z.ZodUnion): string {
  const forms = schema.options.map((option) => {
    const form = inner(option as z.ZodType);
    return form instanceof z.ZodObject ? `\`{ ${Object.keys(form.shape).join(', ')} }\`` : 'text';
  });
  return [...new Set(forms.map((form) => (forms.includes('text') ? 'text' : form)))].join(' or ');
}

function sectionsOf(schema: z.ZodType | undefined): z.ZodType[] {
  if (schema === undefined) return [];
  const here = inner(schema);
  return here instanceof z.ZodUnion ? here.options.map((option) => inner(option as z.ZodType)) : [here];
}

function inner(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
}

function elementOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return schema instanceof z.ZodArray ? (schema.element as z.ZodType) : schema;
}
