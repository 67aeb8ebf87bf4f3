import { serve } from "tabkms/slim";
// The file's address, by esbuild's loader "file".
import wasm from "tabkms/tabkms.wasm";

serve({ wasm: new URL(wasm, import.meta.url) });
