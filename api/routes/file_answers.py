"""Files as answers (文件下载): their name in Chinese, never kept by a cache."""

from urllib.parse import quote

from fastapi import Response

from api.delivery.file_names import safe_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def file_response(content: bytes, media_type: str, name: str) -> Response:
    """Answer with a file under a name."""
    return Response(content, media_type=media_type, headers=disposition(name))


def disposition(name: str) -> dict[str, str]:
    """A file's name in Chinese (RFC 6266 with RFC 5987), never kept by a cache."""
    stem, _, ending = name.rpartition(".")
    encoded = quote(f"{safe_name(stem)}.{ending}", safe="")
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{encoded}", "Cache-Control": "no-store"}
