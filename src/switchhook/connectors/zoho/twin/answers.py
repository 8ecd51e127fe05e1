"""Zoho's envelopes."""

from typing import Any

from starlette.responses import JSONResponse, Response

Row = dict[str, Any]


class Refused(Exception):
    """A request, or one record of it, that is not accepted."""

    def __init__(self, code: str, message: str, details: Row | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.details = details or {}
        self.status = status

    def body(self) -> Row:
        """The error as Zoho says it."""
        return {"code": self.code, "details": self.details, "message": str(self), "status": "error"}

    def answer(self) -> Response:
        """The error of a whole request."""
        return JSONResponse(self.body(), self.status)


def invalid(name: str, message: str = "invalid data", *, place: str = "", **details: Any) -> Refused:
    """A field with a wrong value."""
    return Refused("INVALID_DATA", message, {**details, "api_name": name, "json_path": f"$.data[0].{place or name}"})


def missing(name: str) -> Refused:
    """A field that is wanted and not there."""
    details = {"api_name": name, "json_path": f"$.data[0].{name}"}
    return Refused("MANDATORY_NOT_FOUND", "required field not found", details)


def no_such_id(index: int = 1) -> Refused:
    """An id in the address that nobody has."""
    return Refused("INVALID_DATA", "the id given seems to be invalid", {"resource_path_index": index})


def nothing() -> Response:
    """Found nothing: status 204 and no body."""
    return Response(status_code=204)


def unchanged() -> Response:
    """Nothing is newer."""
    return Response(status_code=304)


def page_info(rows: list[Row], *, page: int, per_page: int, more: bool) -> Row:
    """What stands beside a page of rows."""
    return {"per_page": per_page, "count": len(rows), "page": page, "more_records": more}
