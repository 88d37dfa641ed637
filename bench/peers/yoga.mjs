// GraphQL Yoga on node:http, with graphql-jit.
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { useServer } from "graphql-ws/use/ws";
import { createSchema, createYoga } from "graphql-yoga";
import { WebSocketServer } from "ws";
import { port, resolvers, typeDefs } from "./answers.mjs";

const schema = createSchema({ typeDefs, resolvers });
const yoga = createYoga({ schema, plugins: [useGraphQlJit()], logging: false, graphiql: false });
const server = createServer(yoga);
// The sockets go past the JIT, which does not hand the arguments of a subscription to its resolver.
useServer({ schema }, new WebSocketServer({ server, path: "/graphql" }));
server.listen(Number(port), "127.0.0.1");
