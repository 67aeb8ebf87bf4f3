// Which crate each byte of a wasm file's code came from: by the names of the functions, so the file has to have them.

/** https://webassembly.github.io/spec/core/binary/modules.html#sections */
const SECTION = { custom: 0, import: 2, code: 10, data: 11 };
const KIND_FUNCTION = 0;
/** https://webassembly.github.io/spec/core/appendix/custom.html#name-section */
const FUNCTION_NAMES = 1;

/**
 * @param {Uint8Array} wasm a module with a name section
 * @returns {{ name: string, bytes: number }[]} crates and what is no crate, largest first; the sum is the file's length
 */
export function crateShares(wasm) {
  const shares = new Map();
  const add = (name, bytes) => shares.set(name, (shares.get(name) ?? 0) + bytes);
  let rest = wasm.length;
  for (const { name, bytes } of functions(wasm)) {
    add(crateOf(name), bytes);
    rest -= bytes;
  }
  for (const { id, bytes } of sections(wasm)) {
    if (id === SECTION.data) {
      add("(constant data)", bytes.length);
      rest -= bytes.length;
    }
    if (id === SECTION.custom) rest -= bytes.length;
  }
  add("(tables, imports, types)", rest);
  return [...shares].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/**
 * @param {Uint8Array} wasm a module with a name section
 * @returns {{ name: string, bytes: number }[]} in the order of the file
 */
export function functions(wasm) {
  let imported = 0;
  let sizes = [];
  let names = new Map();
  for (const { id, bytes } of sections(wasm)) {
    const reader = new Reader(bytes);
    if (id === SECTION.import) imported = importedFunctions(reader);
    if (id === SECTION.code) sizes = codeSizes(reader);
    if (id === SECTION.custom && reader.text() === "name") names = functionNames(reader);
  }
  return sizes.map((bytes, index) => ({ name: names.get(imported + index) ?? "", bytes }));
}

/** The crate that defines a function, by its demangled name: of `<T as Trait>::f` the type's, or else the trait's. */
export function crateOf(name) {
  const path = /(?:^|[^\w:])(\w+)(?:\[[0-9a-f]+\])?::/.exec(` ${name}`);
  return path ? path[1] : "(no crate: runtime, glue)";
}

function* sections(wasm) {
  const reader = new Reader(wasm);
  reader.at = 8; // magic and version
  while (reader.at < wasm.length) {
    const id = reader.byte();
    const length = reader.number();
    yield { id, bytes: wasm.subarray(reader.at, reader.at + length) };
    reader.at += length;
  }
}

function importedFunctions(reader) {
  let functions = 0;
  for (let count = reader.number(); count > 0; count -= 1) {
    reader.text();
    reader.text();
    const kind = reader.byte();
    if (kind === KIND_FUNCTION) functions += 1;
    skipImport(reader, kind);
  }
  return functions;
}

function skipImport(reader, kind) {
  const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3];
  if (kind === FUNCTION) reader.number();
  else if (kind === GLOBAL) reader.at += 2;
  else if (kind === TABLE || kind === MEMORY) {
    if (kind === TABLE) reader.byte();
    const hasMaximum = (reader.byte() & 1) === 1;
    reader.number();
    if (hasMaximum) reader.number();
  } else throw new RangeError(`an import of kind ${kind}`);
}

function codeSizes(reader) {
  return Array.from({ length: reader.number() }, () => {
    const size = reader.number();
    reader.at += size;
    return size;
  });
}

function functionNames(reader) {
  const names = new Map();
  while (reader.at < reader.bytes.length) {
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === FUNCTION_NAMES) {
      for (let count = reader.number(); count > 0; count -= 1) {
        names.set(reader.number(), reader.text());
      }
    }
    reader.at = end;
  }
  return names;
}

class Reader {
  at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
  }

  byte() {
    this.at += 1;
    return this.bytes[this.at - 1];
  }

  /** LEB128, unsigned. */
  number() {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte();
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }
}
