/** Scrolls a list until an element of it shows; the page itself stays. */
export function reveal(side: HTMLElement | null, to: HTMLElement | null): void {
  if (side === null || to === null) return;
  const top = to.getBoundingClientRect().top - side.getBoundingClientRect().top;
  if (top < 0 || top > side.clientHeight - 40) side.scrollTop += top - side.clientHeight / 3;
}
