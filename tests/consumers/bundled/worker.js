import { serve } from "tabkms";

serve();
