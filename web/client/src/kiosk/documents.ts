/** All operations of the kiosk's page, for the manifest of trusted documents that the build writes. */
import { textsOf } from "@rollbook/client";

export const TEXTS = textsOf(
  import.meta.glob<Record<string, unknown>>(["./**/operations.ts", "../account/operations.ts"], { eager: true }),
);
