// What the SDK takes to be there: bundlers used to put Node's Buffer into pages.

export { Buffer } from "buffer";
