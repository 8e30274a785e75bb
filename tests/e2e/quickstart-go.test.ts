import { tellQuickstart } from "./support/quickstart-course";

tellQuickstart("quickstart-go");
