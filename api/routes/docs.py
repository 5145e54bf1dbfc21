"""GET /docs: the API document to read and try, without the internet.

Swagger UI's files come from the wheel `fastapi-offline`; the page itself has no inline script, so that the strict
content security policy holds, and names nothing outside of this service.
"""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

from api.problems import Problem, Refusal

router = APIRouter(include_in_schema=False)

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {
    "swagger-ui-bundle.js": ("fastapi_offline", "static", "text/javascript; charset=utf-8"),
    "swagger-ui.css": ("fastapi_offline", "static", "text/css; charset=utf-8"),
    "favicon.png": ("fastapi_offline", "static", "image/png"),
    "start.js": ("api.routes", "page", "text/javascript; charset=utf-8"),
}


@router.get("/docs")
async def docs_page() -> Response:
    """The page."""
    headers = {"Content-Security-Policy": PAGE_POLICY}
    return Response(_read("api.routes", "page", "docs.html"), headers=headers, media_type="text/html")


@router.get("/docs/{name}")
async def docs_asset(name: str) -> Response:
    """One of the page's files."""
    if name not in _ASSETS:
        raise Refusal(Problem.of_status(404))
    package, folder, media_type = _ASSETS[name]
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(_read(package, folder, name), headers=headers, media_type=media_type)


@cache
def _read(package: str, folder: str, name: str) -> bytes:
    return files(package).joinpath(folder, name).read_bytes()
