"use strict";

const firstQuery = `# Sign in. The demo's people and passwords are printed by "make up".
mutation SignIn {
  signIn(input: {email: "office@example.com", password: "", portal: OFFICE}) {
    __typename
    ... on SignInSuccess {
      accessToken
    }
    ... on UserError {
      message
    }
  }
}

# Who is calling? Needs the Authorization header.
query Viewer {
  viewer {
    __typename
  }
}
`;

const address = new URL("/graphql", location.href);
const socketAddress = new URL(address);
socketAddress.protocol = location.protocol === "https:" ? "wss:" : "ws:";

// The headers of the editor travel in connection_init too, so one token serves both ways.
const fetcher = GraphiQL.createFetcher({
  url: address.href,
  subscriptionUrl: socketAddress.href,
});

ReactDOM.createRoot(document.getElementById("explorer")).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: firstQuery,
    defaultEditorToolsVisibility: "headers",
    // A token does not belong in the browser's storage.
    shouldPersistHeaders: false,
  }),
);
