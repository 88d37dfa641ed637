// Apollo Server on Fastify.
import { ApolloServer } from "@apollo/server";
import fastifyApollo from "@as-integrations/fastify";
import { makeExecutableSchema } from "@graphql-tools/schema";
import Fastify from "fastify";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { port, resolvers, typeDefs } from "./answers.mjs";

const schema = makeExecutableSchema({ typeDefs, resolvers });
const apollo = new ApolloServer({ schema, introspection: false });
await apollo.start();
const app = Fastify();
await app.register(fastifyApollo(apollo));
useServer({ schema }, new WebSocketServer({ server: app.server, path: "/graphql" }));
await app.listen({ port: Number(port), host: "127.0.0.1" });
