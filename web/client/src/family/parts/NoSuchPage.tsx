import { Nothing } from "../../parts/Nothing";
import { home } from "../router";

export function NoSuchPage() {
  return <Nothing home={home} leads="Go to your children" />;
}
