"""JSON-RPC 2.0 as the vendor answers it: HTTP 200 for success and for failure alike."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Method = Callable[[dict[str, Any], Request], Awaitable[Any]]

PARSE_ERROR = (-32700, "Parse error")
INVALID_REQUEST = (-32600, "Invalid Request")
METHOD_NOT_FOUND = (-32601, "Method not found")
INVALID_PARAMS = (-32602, "Invalid params")


class InvalidParams(Exception):
    """The method refuses its parameters."""


async def answer(request: Request, methods: Mapping[str, Method]) -> Response:
    """Call the method that the body names and wrap its result."""
    try:
        asked = json.loads(await request.body())
    except ValueError:
        return _error(None, PARSE_ERROR)
    if not isinstance(asked, dict) or asked.get("jsonrpc") != "2.0" or not isinstance(asked.get("method"), str):
        return _error(asked.get("id") if isinstance(asked, dict) else None, INVALID_REQUEST)
    method, params = methods.get(asked["method"]), asked.get("params")
    if method is None:
        return _error(asked.get("id"), METHOD_NOT_FOUND)
    if not isinstance(params, dict):
        return _error(asked.get("id"), INVALID_PARAMS)
    try:
        result = await method(params, request)
    except InvalidParams:
        return _error(asked.get("id"), INVALID_PARAMS)
    return JSONResponse({"jsonrpc": "2.0", "id": asked.get("id"), "result": result})


def _error(number: Any, error: tuple[int, str]) -> Response:
    return JSONResponse({"jsonrpc": "2.0", "id": number, "error": {"code": error[0], "message": error[1]}})
