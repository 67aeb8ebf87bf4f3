/** The script of the worker that `connect` starts. In a worker of your own, call `serve` of `tabkms`. */

import { serve } from "./index.ts";

serve();
