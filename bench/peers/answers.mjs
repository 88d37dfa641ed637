// The answers of the Node servers: each is one statement, whose JSON their GraphQL library then walks.
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { createPubSub } from "graphql-yoga";
import pg from "pg";

const [port, url, organization, staff] = process.argv.slice(2);
export { port };
const here = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
export const typeDefs = here("schema.graphql");

const statements = Object.fromEntries(
  here("statements.sql").split("-- name: ").slice(1).map((block) => {
    const [head, ...lines] = block.split("\n");
    return [head.split(" ")[0], lines.join("\n")];
  }),
);
const pool = new pg.Pool({ connectionString: url, max: 8, idleTimeoutMillis: 0 });

async function answer(name, ...values) {
  const { rows } = await pool.query({ name, text: statements[name], values, rowMode: "array" });
  return rows.length ? JSON.parse(rows[0][0]) : null;
}

// Hundreds of subscribers to one roll sheet are not a leak.
EventEmitter.defaultMaxListeners = 0;
const changes = createPubSub();
const listener = new pg.Client({ connectionString: url });
await listener.connect();
await listener.query("LISTEN peers");
listener.on("notification", async ({ payload }) => {
  const [timeslot, date, revision] = payload.split(":");
  const event = await answer("event", organization, timeslot, date, Number(revision));
  changes.publish("changed", `${timeslot}:${date}`, event);
});

async function* follow(id) {
  const events = changes.subscribe("changed", id);
  const { revision } = await answer("sheet", organization, ...id.split(":"));
  yield { rollSheetChanged: await answer("event", organization, ...id.split(":"), revision) };
  for await (const event of events) yield { rollSheetChanged: event };
}

export const resolvers = {
  Query: {
    occurrence: (_, { id }) => answer("sheet", organization, ...id.split(":")),
    occurrences: (_, { filter, first }) => answer("day", organization, filter.from, first),
  },
  Mutation: {
    checkIn: (_, { input }) =>
      answer("check_in", organization, ...input.occurrenceId.split(":"), input.studentId, staff),
  },
  Subscription: {
    rollSheetChanged: { subscribe: (_, { occurrenceId }) => follow(occurrenceId) },
  },
};
