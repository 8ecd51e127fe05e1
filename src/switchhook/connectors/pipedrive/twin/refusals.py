"""What the vendor says when it refuses, in the shapes of its two APIs."""

from typing import Any

_HINT = "Please check developers.pipedrive.com"


class Refusal(Exception):
    """An answer that is no success. `body` None is an empty one, a text is a page."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


def unauthorized() -> Refusal:
    """A token that is not good."""
    body = {"success": False, "error": "unauthorized access", "errorCode": 401, "error_info": _HINT}
    return Refusal(401, body, {"x-401-by-gw": "true"})


def out_of_scope() -> Refusal:
    """An app that was not given the right."""
    body = {"success": False, "error": "Scope and URL mismatch", "errorCode": 403, "error_info": _HINT}
    return Refusal(403, body)


def forbidden(text: str) -> Refusal:
    """A user that may not."""
    return Refusal(403, {"success": False, "error": text, "error_info": _HINT, "data": None, "additional_data": None})


def invalid(*faults: str) -> Refusal:
    """A v2 body or query that breaks its schema; each fault is "field: sentence"."""
    text = f"Validation failed: {'; '.join(faults)}"
    return Refusal(400, {"success": False, "error": text, "code": "ERR_SCHEMA_VALIDATION_FAILED"})


def bad_request(text: str, code: str = "ERR_BAD_REQUEST") -> Refusal:
    """A v2 request that makes no sense."""
    return Refusal(400, {"success": False, "error": text, "code": code})


def not_valid(info: str) -> Refusal:
    """A v1 body that breaks its schema."""
    return v1(400, "provided dataset is not valid", info)


def v1(status: int, error: str, info: str = _HINT) -> Refusal:
    """A refusal of the first API."""
    body = {"success": False, "error": error, "error_info": info, "data": None, "additional_data": None}
    return Refusal(status, body)


def missing(what: str) -> Refusal:
    """A v2 record that is not there."""
    return Refusal(404, {"success": False, "error": f"{what} not found", "code": "ERR_NOT_FOUND"})


def over_limit(error: str, headers: dict[str, str]) -> Refusal:
    """Too many requests, of either kind."""
    body = {"success": False, "error": error, "errorCode": 429, "error_info": _HINT}
    return Refusal(429, body, headers)


def cloudflare() -> Refusal:
    """The page that a client sees who goes on asking after many refusals."""
    return Refusal(403, "<!DOCTYPE html><html><head><title>Access denied | Cloudflare</title></head></html>")
