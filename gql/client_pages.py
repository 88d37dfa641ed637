"""Serves the browser pages that web/client/build.py has built."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from settings import DemoSignIn

FOLDER = Path(__file__).parent.parent / "web" / "client"
# Where the links of e-mails lead (attendance/rules/accounts/account_links.py), and the page that asks for one.
_ACCOUNT_PAGES = ("/accept-invitation", "/reset-password", "/forgot-password")
# The addresses that each entry's pages know; `router.ts` of the entry's folder has the same.
PAGES = {
    "staff": (
        "/",
        "/days/{date}",
        "/sheets/{occurrence}",
        "/students/{student}",
        "/dashboard",
        "/families",
        "/families/new",
        "/families/{family}",
        "/classes",
        "/classes/new",
        "/classes/{offering}",
        "/staff",
        "/staff/groups",
        "/staff/{staff_member}",
        "/settings",
        "/sessions",
        "/sessions/{session}/carry-over",
        "/closures",
        "/programs",
        "/locations",
        "/account",
        "/tasks",
        "/reports",
        *_ACCOUNT_PAGES,
    ),
    "kiosk": ("/kiosk",),
    "family": (
        "/family",
        "/family/children/{student}",
        "/family/tokens/{token}",
        *(f"/family{page}" for page in _ACCOUNT_PAGES),
    ),
}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_SAFE = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_A_YEAR = "public, max-age=31536000, immutable"


def client_routes(demo_sign_ins: Sequence[DemoSignIn] = ()) -> list[BaseRoute]:
    """The pages, their files and what they must know before somebody has signed in.

    demo_sign_ins -- the accounts of the demo, which the pages offer to anybody; empty in production
    """
    told = {"demoSignIns": [one.model_dump() for one in demo_sign_ins]}

    async def configuration(_: Request) -> Response:
        return JSONResponse(told, headers={"cache-control": "no-store"})

    pages = [
        Route(path, partial(_page, f"{entry}.html"), include_in_schema=False)
        for entry, paths in PAGES.items()
        for path in paths
    ]
    return [
        *pages,
        Route("/client.json", configuration, include_in_schema=False),
        Route("/signed-out", _signed_out, methods=["POST"], include_in_schema=False),
        Route("/worker.js", _worker, include_in_schema=False),
        Mount("/assets", _HashedFiles(directory=FOLDER / "static" / "assets", check_dir=False)),
    ]


async def not_found(request: Request, _: Exception) -> Response:
    """Return the answer to an address that does not exist. A browser gets a page that says so."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        page = await _page(f"{_entry_of(request.url.path)}.html", request)
        page.status_code = 404
        return page
    return PlainTextResponse("Not Found", status_code=404)


def _entry_of(path: str) -> str:
    """Return the entry whose pages are nearest to an address, so that nobody is led to pages of others."""
    return next((entry for entry in ("family", "kiosk") if path.startswith(f"/{entry}/")), "staff")


async def _page(name: str, request: Request) -> Response:
    """Return the page of an entry. When it was not built, it is a page that says how to build it."""
    page = FOLDER / "static" / name
    if not page.is_file():
        page = FOLDER / "missing.html"
    headers = {**_SAFE, "cache-control": "no-cache"}
    if (request.url.path,) == PAGES["kiosk"]:
        # Families hold their codes before it.
        headers["permissions-policy"] = _SAFE["permissions-policy"].replace("camera=()", "camera=(self)")
    # The page names the files of its own build, so a browser asks for it each time.
    return HTMLResponse(page.read_text(encoding="utf-8"), headers=headers)


async def _worker(_: Request) -> Response:
    """Return the service worker, which keeps the pages for a loss of network. Its address never changes."""
    script = FOLDER / "static" / "worker.js"
    if not script.is_file():
        return Response(status_code=404)
    return FileResponse(script, headers={**_SAFE, "cache-control": "no-cache"})


async def _signed_out(request: Request) -> Response:
    """Make the browser delete what it keeps of the pages, after somebody has signed out there.

    Only requests of the pages themselves get this answer, as the browser states in a header. Otherwise another site
    could delete marks that wait to be sent.
    """
    if request.headers.get("sec-fetch-site") != "same-origin":
        return Response(status_code=403)
    return Response(status_code=204, headers={"clear-site-data": '"cache", "storage"', "cache-control": "no-store"})


class _HashedFiles(StaticFiles):
    """Serves files whose names change with their contents: a browser never asks for one a second time.

    A browser that accepts gzip gets the compressed copy that the build has put beside the file.
    """

    async def check_config(self) -> None:
        """Return no file when the folder is missing, before the pages are built. Starlette would fail instead."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        return await super().get_response("" if path.endswith(".gz") else path, scope)

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        packed = Path(f"{full_path}.gz")
        accepted = Headers(scope=scope).get("accept-encoding", "")
        if "gzip" in accepted and packed.is_file():
            plain = super().file_response(full_path, stat_result, scope, status_code)
            response: Response = FileResponse(packed, status_code, media_type=plain.headers["content-type"])
            response.headers["content-encoding"] = "gzip"
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = _A_YEAR
        response.headers["vary"] = "accept-encoding"
        return response
