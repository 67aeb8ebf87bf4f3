/** The inspector's fields, flattened, so that each byte knows what it belongs to. */

import type { Field } from "../../../js/src/api.ts";

export interface Row {
  readonly field: Field;
  readonly depth: number;
  /** Whether it has no fields inside: bytes take their colour from these. */
  readonly leaf: boolean;
  /** Which of the six tints; neighbours differ. */
  readonly tint: number;
}

const TINTS = 6;

export function rowsOf(fields: readonly Field[], depth = 0, start = { tint: 0 }): readonly Row[] {
  return fields.flatMap((field) => {
    const inner = field.fields ?? [];
    const leaf = inner.length === 0;
    const tint = start.tint % TINTS;
    if (leaf) start.tint += 1;
    return [{ field, depth, leaf, tint }, ...rowsOf(inner, depth + 1, start)];
  });
}

/** For each of `length` bytes the index of its innermost row, or -1. */
export function ownersOf(rows: readonly Row[], length: number): Int32Array {
  const owners = new Int32Array(length).fill(-1);
  rows.forEach((row, index) => {
    owners.fill(index, row.field.offset, Math.min(row.field.offset + row.field.length, length));
  });
  return owners;
}
