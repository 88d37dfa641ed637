"""Fetches the explorer's assets, GraphiQL and React, into static/, in the versions that the lock file pins.

npm checks each package against the hash in the lock file. Run it from the root: `python -m web.explorer.build`.
"""

import shutil
import sys
from pathlib import Path

from web.npm import install, npm

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
STATIC = HERE / "static"
FILES = {
    "react/umd/react.production.min.js": "react.production.min.js",
    "react-dom/umd/react-dom.production.min.js": "react-dom.production.min.js",
    "graphiql/graphiql.min.js": "graphiql.min.js",
    "graphiql/graphiql.min.css": "graphiql.min.css",
    "react/LICENSE": "react.LICENSE",
    "react-dom/LICENSE": "react-dom.LICENSE",
    "graphiql/LICENSE": "graphiql.LICENSE",
}


def main() -> None:
    found = npm()
    if found is None:
        sys.exit("The explorer's assets come from npm, and none could be installed. Install Node.js and try again.")
    status = install(found, HERE)
    if status is None:
        sys.exit("npm could not fetch the explorer's assets within two minutes.")
    if status != 0:
        sys.exit(f"npm could not fetch the explorer's assets (exit status {status}).")
    STATIC.mkdir(exist_ok=True)
    for source, target in FILES.items():
        shutil.copyfile(MODULES / source, STATIC / target)
    shutil.rmtree(MODULES)
    print("The explorer is ready at /graphql in a browser.")


if __name__ == "__main__":
    main()
