"""Errors as the HTTP interface tells them: one shape, in the language the reader asks for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from zhizao.errors import InputError, NoAnswer, ProgramError, UnknownName, ZhizaoError
from zhizao.model.text import Lang, Text

RETRY_S = "2"
"""When to try again what is refused for the moment."""


class Refusal(InputError):
    """A request that is refused before it is looked at, with its status of HTTP."""

    def __init__(self, status: HTTPStatus, what: Text, *, where: str = "", cure: Text | None = None) -> None:
        super().__init__(what, where=where, cure=cure)
        self.status = status


def language(accepted: str) -> Lang:
    """The reader's language by the header Accept-Language: the first of the two that is named.

    Example:
        >>> language("zh-CN,zh;q=0.9,en;q=0.8"), language("en-GB, zh"), language("")
        ('zh', 'en', 'en')
    """
    named = (part.strip().lower()[:2] for part in accepted.split(","))
    return "zh" if next((lang for lang in named if lang in ("zh", "en")), "en") == "zh" else "en"


def shape(error: ZhizaoError, lang: Lang) -> dict[str, str]:
    """The one shape of an error."""
    cure = error.cure.in_(lang) if error.cure else ""
    return {"code": error.code, "message": error.what.in_(lang), "where": error.where, "cure": cure}


def status_of(error: ZhizaoError) -> HTTPStatus:
    """What HTTP calls such an error."""
    match error:
        case Refusal(): return error.status
        case UnknownName() | NoAnswer(): return HTTPStatus.NOT_FOUND
        case InputError(): return HTTPStatus.BAD_REQUEST
        case _: return HTTPStatus.SERVICE_UNAVAILABLE if error.retryable else HTTPStatus.INTERNAL_SERVER_ERROR


def answer(request: Request, error: ZhizaoError) -> JSONResponse:
    """An error as the answer to a request."""
    status = status_of(error)
    again = {"Retry-After": RETRY_S} if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS) else {}
    return JSONResponse(shape(error, language(request.headers.get("accept-language", ""))), status, headers=again)


def install(app: FastAPI) -> None:
    """Let every error be told in the one shape."""

    async def ours(request: Request, error: Any) -> JSONResponse:
        return answer(request, error)

    async def invalid(request: Request, error: Any) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return answer(request, Refusal(HTTPStatus.BAD_REQUEST, Text(f"取值不对（{first['msg']}）", f"not what is needed ({first['msg']})"), where=where, cure=_CURE))

    async def plain(request: Request, error: Any) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        what = Text("没有这个地址", "there is nothing at this address") if status == HTTPStatus.NOT_FOUND else Text(f"不接受（{status.phrase}）", status.phrase)
        return answer(request, Refusal(status, what, where=request.url.path, cure=_CURE))

    async def unforeseen(request: Request, error: Any) -> JSONResponse:
        said = f"{type(error).__name__}: {error}"
        return answer(request, ProgramError(Text(f"程序内部出错（{said}）", f"the program failed ({said})"), where=request.url.path))

    for kind, handler in ((ZhizaoError, ours), (RequestValidationError, invalid), (HTTPException, plain), (Exception, unforeseen)):
        app.add_exception_handler(kind, handler)


_CURE = Text("参见 /api/v1/openapi.json", "see /api/v1/openapi.json")
