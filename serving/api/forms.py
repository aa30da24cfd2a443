"""Requests with images: multipart forms, whose file names are never used, or one image alone."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from components.shared.data.image_formats import open_image
from serving.api.caller import service_of
from serving.api.problems import Fault, Problem, unusable

M = TypeVar("M", bound=BaseModel)
MAX_FIELDS = 20
ALONE = ("image/png", "image/jpeg", "image/tiff", "image/webp", "image/bmp")
"""Media types of a body that is one image."""
SYNONYMS = {"mpo": "jpeg"}
MAX_FIELD_BYTES = 64 << 10
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Form(NamedTuple, Generic[M]):
    """A form: its fields, and the content of its files by the name of their field."""

    fields: M
    files: dict[str, list[bytes]]


class Files(NamedTuple):
    """The number of files that a field takes; `most` None: as the settings say."""

    least: int = 1
    most: int | None = 1


def form(
    model: type[M], files: Mapping[str, Files], alone: str | None = None
) -> Callable[[Request], Awaitable[Form[M]]]:
    """Returns a dependency that reads a form of these fields and files.

    Args:
        model: of the fields.
        files: by the name of their field.
        alone: the field of an image that may be the whole body; the fields are of the address then.
    """

    async def read(request: Request) -> Form[M]:
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if alone is not None and content_type.startswith("image/"):
            return await _read_alone(request, model, files, alone)
        if content_type != "multipart/form-data":
            one = "" if alone is None else ", or one image as image/png or the like"
            raise Problem(415, f"send multipart/form-data{one}")
        most = service_of(request).settings.max_files
        async with request.form(
            max_files=most, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES
        ) as content:
            texts, contents = await _sort(content, files)
        for name, (least, most_of_field) in files.items():
            count, limit = len(contents[name]), most_of_field or most
            if not least <= count <= limit:
                wanted = str(limit) if least == limit else f"{least} to {limit}"
                raise unusable(name, f"{wanted} files are needed, not {count}")
        return Form(validate(model, texts), contents)

    return read


async def _read_alone(
    request: Request, model: type[M], files: Mapping[str, Files], field: str
) -> Form[M]:
    """Reads a body that is an image, and the fields of the address."""
    pairs = request.query_params.multi_items()
    texts = dict(pairs)
    if len(texts) < len(pairs):
        raise unusable("form", "a field comes twice")
    contents: dict[str, list[bytes]] = {name: [] for name in files}
    contents[field].append(await request.body())
    return Form(validate(model, texts), contents)


async def _sort(
    content: FormData, files: Mapping[str, Files]
) -> tuple[dict[str, str], dict[str, list[bytes]]]:
    texts: dict[str, str] = {}
    contents: dict[str, list[bytes]] = {name: [] for name in files}
    for name, value in content.multi_items():
        if isinstance(value, UploadFile):
            if name not in files:
                raise unusable("form", "a file in a field that takes none")
            contents[name].append(await value.read())
        elif name in files:
            raise unusable(name, "a file is needed, not a text")
        elif name in texts:
            raise unusable("form", "a field comes twice")
        else:
            texts[name] = value
    return texts, contents


def validate(model: type[M], values: Mapping[str, Any]) -> M:
    """Validates the fields of a request.

    Raises:
        Problem: 422, with the fields that are wrong, but not their values.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid(error.errors(include_input=False, include_url=False)) from None


def invalid(errors: Any) -> Problem:
    """Returns the refusal of fields, from pydantic's list of errors."""
    faults = []
    for error in errors:
        known = error["type"] != "extra_forbidden"
        place = ".".join(str(part) for part in error["loc"]) if known else "form"
        reason = error["msg"] if known else "a field that is not known"
        faults.append(Fault(field=place or "form", reason=reason))
    told = "; ".join(f"{fault.field}: {fault.reason}" for fault in faults)
    return Problem(422, told, "invalid", faults)


def schema(
    model: type[BaseModel], files: Mapping[str, Files], alone: str | None = None
) -> dict[str, Any]:
    """Returns the form's part of the schema, for `openapi_extra`; arguments as those of `form`."""
    fields = model.model_json_schema()
    properties = dict(fields.get("properties", {}))
    required = list(fields.get("required", []))
    for name, (least, most) in files.items():
        file: dict[str, Any] = {"type": "string", "contentMediaType": "application/octet-stream"}
        is_one = most == 1
        properties[name] = file if is_one else {"type": "array", "items": file, "minItems": least}
        if least:
            required.append(name)
    content = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    kinds: dict[str, Any] = {"multipart/form-data": {"schema": content}}
    if alone is None:
        return {"requestBody": {"required": True, "content": kinds}}
    for kind in ALONE:
        kinds[kind] = {"schema": {"type": "string", "contentMediaType": kind}}
    fields_of_address = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": field,
            "description": "beside a body that is one image",
        }
        for name, field in fields.get("properties", {}).items()
    ]
    return {
        "requestBody": {"required": True, "content": kinds},
        "parameters": fields_of_address,
    }


def media_type(image: bytes) -> str:
    """Returns the media type of an image by its content; what the sender says does not count."""
    with open_image(image) as opened:
        kind = (opened.format or "").lower()
    return f"image/{SYNONYMS.get(kind, kind)}"
