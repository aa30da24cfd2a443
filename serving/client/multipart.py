"""Forms with files: multipart/form-data (RFC 7578)."""

import secrets
from collections.abc import Mapping, Sequence

LINE = b"\r\n"


def encode(fields: Mapping[str, str], files: Mapping[str, Sequence[bytes]]) -> tuple[bytes, str]:
    """Returns a form's body and its content type.

    Args:
        fields: texts by name.
        files: contents by the name of their field.
    """
    boundary = secrets.token_hex(16)
    parts = []
    for name, text in fields.items():
        parts.append(_part(boundary, name, "", text.encode()))
    for name, contents in files.items():
        for content in contents:
            parts.append(_part(boundary, name, '; filename="image"', content))
    body = b"".join(parts) + f"--{boundary}--".encode() + LINE
    return body, f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, name: str, more: str, content: bytes) -> bytes:
    lines = [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"{more}']
    if more:
        lines.append("Content-Type: application/octet-stream")
    return "\r\n".join([*lines, "", ""]).encode() + content + LINE
