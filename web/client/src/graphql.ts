import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./schema-types";

/** Types each operation from schema.graphql. `npm run types` reads the schema, so an operation that it lacks fails. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; Date: string; JSON: unknown };
}>();

export type { FragmentOf, ResultOf, VariablesOf } from "gql.tada";
export { readFragment } from "gql.tada";
