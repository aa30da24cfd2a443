"""Forms that pages send, read with the same limits as the API's."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.requests import Request

from serving.api.caller import service_of
from serving.api.forms import MAX_FIELD_BYTES, MAX_FIELDS
from serving.api.problems import unusable


class Sent(NamedTuple):
    """The texts of a form by the name of their field, and the contents of its files.

    Their names are never read.
    """

    texts: dict[str, str]
    files: dict[str, list[bytes]]

    def text(self, name: str) -> str:
        """Returns a text; empty where it was not sent."""
        return self.texts.get(name, "")

    def given(self, *names: str) -> dict[str, str]:
        """Returns the texts of these fields that are not empty."""
        return {name: self.texts[name] for name in names if self.texts.get(name)}

    def one(self, name: str) -> bytes:
        """Returns the file of a field.

        Raises:
            Problem: 422, there is none, or there are several.
        """
        contents = self.files.get(name, [])
        if len(contents) != 1:
            raise unusable(name, "choose one image")
        return contents[0]

    def some(self, name: str) -> list[bytes]:
        """Returns the files of a field.

        Raises:
            Problem: 422, there is none.
        """
        contents = self.files.get(name, [])
        if not contents:
            raise unusable(name, "choose one image or more")
        return contents


def reads(*files: str) -> Callable[[Request], Awaitable[Sent]]:
    """Returns a dependency that reads a form with files in these fields."""

    async def read(request: Request) -> Sent:
        most = service_of(request).settings.max_files
        texts: dict[str, str] = {}
        contents: dict[str, list[bytes]] = {name: [] for name in files}
        async with request.form(
            max_files=most + len(files), max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES
        ) as form:
            for name, value in form.multi_items():
                if not isinstance(value, UploadFile):
                    texts[name] = value.strip()
                elif name not in files:
                    raise unusable("form", "a file in a field that takes none")
                elif content := await value.read():
                    contents[name].append(content)
        for name, sent in contents.items():
            if len(sent) > most:
                raise unusable(name, f"at most {most} images at once")
        return Sent(texts, contents)

    return read
