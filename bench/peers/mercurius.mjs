// mercurius on Fastify, with its JIT.
import Fastify from "fastify";
import mercurius from "mercurius";
import { port, resolvers, typeDefs } from "./answers.mjs";

const app = Fastify();
const CheckInResult = { resolveType: (answer) => answer.__typename };
app.register(mercurius, { schema: typeDefs, resolvers: { ...resolvers, CheckInResult }, jit: 1, subscription: true });
await app.listen({ port: Number(port), host: "127.0.0.1" });
