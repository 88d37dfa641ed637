"""The explorer: GraphiQL in the browser, served only from our own files."""

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
    """Return the page. When its files were not fetched, it is a page that says how to fetch them."""
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
    """Serves files that a browser may cache but must revalidate each time, because they change with a release."""

    async def check_config(self) -> None:
        """Return no file when the folder is missing, before the assets are fetched. Starlette would fail instead."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response
