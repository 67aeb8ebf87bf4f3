// An import map does not reach into workers.
import { serve } from "./node_modules/tabkms/dist/index.js";

serve();
