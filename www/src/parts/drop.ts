/** A file dropped anywhere on the page. */
export function acceptDrops(take: (file: File) => void): void {
  const over = (on: boolean) => document.documentElement.classList.toggle("dropping", on);
  let depth = 0;
  const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  window.addEventListener("dragenter", (event) => {
    if (!hasFile(event)) return;
    depth += 1;
    over(true);
  });
  window.addEventListener("dragleave", (event) => {
    if (!hasFile(event)) return;
    depth = Math.max(0, depth - 1);
    over(depth > 0);
  });
  window.addEventListener("dragover", (event) => {
    if (hasFile(event)) event.preventDefault();
  });
  window.addEventListener("drop", (event) => {
    depth = 0;
    over(false);
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    take(file);
  });
}
