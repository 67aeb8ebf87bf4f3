/** Moves tokens from where they were to where they are: under a second, three at most, or not at all. */

import type { Holdings } from "../model/holdings.ts";
import type { Place } from "../model/refusal.ts";

const MOVE_MS = 700;
const MOST = 3;

interface Spot {
  readonly x: number;
  readonly y: number;
}

function spotOf(element: Element): Spot {
  const box = element.getBoundingClientRect();
  return { x: box.left + window.scrollX, y: box.top + window.scrollY };
}

export class Mover {
  readonly #stage: HTMLElement;
  #before = new Map<string, Spot>();

  constructor(stage: HTMLElement) {
    this.#stage = stage;
  }

  #element(place: Place, id: string): HTMLElement | null {
    return this.#stage.querySelector(`[data-place="${place}"] [data-token="${id}"]`);
  }

  /** Before a redraw: where every token stands. */
  remember(): void {
    this.#before = new Map();
    for (const item of this.#stage.querySelectorAll<HTMLElement>("[data-token]")) {
      const place = item.closest<HTMLElement>("[data-place]")?.dataset["place"] ?? "";
      this.#before.set(`${place}:${item.dataset["token"]}`, spotOf(item));
    }
  }

  /** After it: every token that came from another place comes from there. */
  move(holdings: Holdings): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    let moved = 0;
    for (const [place, tokens] of Object.entries(holdings) as [Place, Holdings[Place]][]) {
      for (const token of tokens) {
        const item = this.#element(place, token.id);
        if (item === null) continue;
        if (token.from !== undefined && moved < MOST) {
          const start = this.#before.get(`${token.from}:${token.id}`) ?? this.#door(token.from);
          if (start !== undefined) this.#fly(item, start);
          moved += 1;
        } else if (token.gone && !this.#before.has(`${place}:${token.id}:gone`)) {
          item.animate([{ opacity: 0.2 }, { opacity: 1 }], { duration: MOVE_MS / 2 });
        }
      }
    }
  }

  /** Where a token appears that was not seen at its place: in the middle of it. */
  #door(place: Place): Spot | undefined {
    const inside = place === "kms" ? " .hsm" : "";
    const element = this.#stage.querySelector(`[data-place="${place}"]${inside}`);
    if (element === null) return undefined;
    const box = element.getBoundingClientRect();
    return {
      x: box.left + window.scrollX + box.width / 4,
      y: box.top + window.scrollY + box.height / 2,
    };
  }

  #fly(item: HTMLElement, start: Spot): void {
    const end = spotOf(item);
    const move = `translate(${start.x - end.x}px, ${start.y - end.y}px)`;
    item.animate(
      [
        { transform: move, zIndex: "5", position: "relative" },
        { transform: "none", zIndex: "5", position: "relative" },
      ],
      { duration: MOVE_MS, easing: "cubic-bezier(.5,.05,.2,1)" },
    );
  }
}
