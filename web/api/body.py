"""Fields of a JSON body or of a form, as text."""

from __future__ import annotations

from flask import request

from analyzer.errors import UserError


def text_field(name: str) -> str:
    """A text of the body, empty where it is absent.

    Raises:
        UserError: the body is no JSON object, or the field is no text.
    """
    if not request.is_json:
        return request.form.get(name, "")
    body = request.get_json()
    if not isinstance(body, dict):
        raise UserError("the body is not a JSON object")
    value = body.get(name, "")
    if not isinstance(value, str):
        raise UserError(f"{name} is not a text")
    return value


def number_field(name: str) -> int | None:
    """A positive whole number of the body, none where it is absent.

    Raises:
        UserError: the body is no JSON object, or the field is no such number.
    """
    if not request.is_json:
        text = request.form.get(name, "")
        if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise UserError(f"{name} is not a whole number")
        return int(text) if text else None
    body = request.get_json()
    value = body.get(name) if isinstance(body, dict) else None
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise UserError(f"{name} is not a whole number")
    return value
