//! A `HostStorage` (js/src/storage.ts) in JavaScript's memory: what Node keeps in a directory, for a browser.

use tabkms_wasm::store::HostStorage;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = r#"
const text = (bytes) => String.fromCharCode(...bytes);
const closed = () => Object.assign(new Error("closed"), { name: "ClosedError" });

class Storage {
  #rows = new Map();
  #pieces = new Map();
  #head;
  #root;
  #isRead = false;
  #isClosed = false;

  async #open() {
    if (this.#isClosed) throw closed();
  }

  async head() {
    await this.#open();
    return this.#head;
  }

  async read() {
    await this.#open();
    this.#isRead = !this.#isRead;
    if (!this.#isRead) return undefined;
    const rows = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, row]) => [...row]);
    const count = this.#rows.size;
    return new Uint8Array([0x9a, 0, 0, count >> 8, count & 255, ...rows]);
  }

  async root() {
    await this.#open();
    return this.#root;
  }

  async commit(head, rows, bodies, replace, root) {
    await this.#open();
    if (replace) this.#rows.clear();
    for (let index = 0; index < rows.length; index += 2) {
      if (rows[index + 1]) this.#rows.set(text(rows[index]), rows[index + 1]);
      else this.#rows.delete(text(rows[index]));
    }
    this.#head = head;
    this.#root = root ?? this.#root;
    this.#drop(([store, body]) => (store !== head.store ? replace : bodies.includes(body)));
  }

  #drop(isDropped) {
    const bodies = new Set();
    for (const [key, { place }] of [...this.#pieces]) {
      if (!isDropped(place)) continue;
      this.#pieces.delete(key);
      bodies.add(`${place[0]} ${place[1]}`);
    }
    return bodies.size;
  }

  async putPiece(...place) {
    await this.#open();
    const bytes = place.pop();
    this.#pieces.set(place.join(" "), { place, bytes });
  }

  async readPiece(...place) {
    await this.#open();
    return this.#pieces.get(place.join(" "))?.bytes;
  }

  async deleteBody(...place) {
    await this.#open();
    this.#drop(([store, body]) => store === place[0] && body === place[1]);
  }

  async keepBodies(kept, bodies) {
    await this.#open();
    return this.#drop(([store, body]) => store !== kept || !bodies.includes(body));
  }

  close() {
    this.#isClosed = true;
  }
}

export function memoryStorage() {
  return new Storage();
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = memoryStorage)]
    pub(crate) fn memory_storage() -> HostStorage;
}
