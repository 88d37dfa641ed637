"""The explorer: GraphiQL in the browser, from our own files and no others."""

from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent.parent.parent / "web" / "explorer"
ASSETS = ("react.production.min.js", "react-dom.production.min.js", "graphiql.min.js", "graphiql.min.css")

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def explorer_page() -> Response:
    """The page, or one that says how to get its assets when they have not been fetched."""
    is_ready = all((FOLDER / "static" / name).is_file() for name in ASSETS)
    page = FOLDER / "page" / ("index.html" if is_ready else "missing.html")
    return HTMLResponse(
        page.read_text(encoding="utf-8"),
        headers={
            "content-security-policy": _POLICY,
            "referrer-policy": "no-referrer",
            "vary": "accept",
        },
    )


def explorer_assets() -> Mount:
    """The page's files, under /explorer."""
    routes = [Mount(f"/{name}", _Files(directory=FOLDER / name, check_dir=False)) for name in ("page", "static")]
    return Mount("/explorer", routes=routes)


class _Files(StaticFiles):
    """Files that a browser may keep, but asks about each time: they change with a release."""

    async def check_config(self) -> None:
        """Starlette's would fail for a missing folder: before the assets are fetched, nothing is found in it."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response
