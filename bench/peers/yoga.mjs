// GraphQL Yoga on node:http, with graphql-jit.
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { useServer } from "graphql-ws/use/ws";
import { createSchema, createYoga } from "graphql-yoga";
import { WebSocketServer } from "ws";
import { port, resolvers, typeDefs } from "./answers.mjs";

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }), plugins: [useGraphQlJit()], logging: false, graphiql: false,
});
const server = createServer(yoga);
// As in Yoga's documentation: the sockets' operations go through Yoga's plugins.
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (context, _, parameters) => {
      const enveloped = yoga.getEnveloped({ ...context, req: context.extra.request, params: parameters });
      const args = {
        schema: enveloped.schema,
        operationName: parameters.operationName,
        document: enveloped.parse(parameters.query),
        variableValues: parameters.variables,
        contextValue: await enveloped.contextFactory(),
        rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
      };
      const errors = enveloped.validate(args.schema, args.document);
      return errors.length ? errors : args;
    },
  },
  new WebSocketServer({ server, path: "/graphql" }),
);
server.listen(Number(port), "127.0.0.1");
