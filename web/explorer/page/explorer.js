"use strict";

const day = new Date().toLocaleDateString("sv");

const firstQuery = `# 1. Sign in: place the cursor in an operation and press the button (Ctrl+Enter).
#    This is the demo's owner; "make up" prints the others.
mutation SignIn {
  signIn(input: {email: "owner@copperlake.example", password: "rollbook-demo", portal: OFFICE}) {
    ... on SignInSuccess {
      accessToken
      expiresAt
    }
    ... on UserError {
      message
    }
  }
}

# 2. Write the token under Headers: {"Authorization": "Bearer ..."}
query Today {
  occurrences(filter: {from: "${day}", to: "${day}", includeNotScheduled: false}, first: 10) {
    nodes {
      id
      startsAt
      offering {
        name
      }
      attendanceState
    }
  }
}

# 3. Keep a roll sheet open, and take attendance in another tab.
subscription Watch {
  rollSheetChanged(occurrenceId: "an id of Today's answer") {
    revision
    kind
    entries {
      student {
        firstName
        lastName
      }
      mark {
        status
      }
    }
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
