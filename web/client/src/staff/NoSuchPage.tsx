import { Nothing } from "../parts/Nothing";

export function NoSuchPage() {
  return <Nothing home="/" leads="Go to today's classes" />;
}
